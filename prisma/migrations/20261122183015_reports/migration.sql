-- AlterTable
ALTER TABLE "audit_event" ADD COLUMN     "report_id" UUID;

-- AlterTable
ALTER TABLE "consent" ADD COLUMN     "report_id" UUID,
ALTER COLUMN "request_id" DROP NOT NULL,
ALTER COLUMN "text_version" DROP NOT NULL,
ALTER COLUMN "text_locale" DROP NOT NULL,
ALTER COLUMN "text_sha256" DROP NOT NULL;

-- AlterTable
ALTER TABLE "idempotency_key" ADD COLUMN     "lease_token" UUID,
ADD COLUMN     "lease_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "log_file" ADD COLUMN     "owner_kind" TEXT NOT NULL DEFAULT 'request';

-- AlterTable
ALTER TABLE "ticket_event" ADD COLUMN     "report_id" UUID;

-- CreateTable
CREATE TABLE "report" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "ticket_id" UUID NOT NULL,
    "user_id" TEXT NOT NULL,
    "installation_id" UUID,
    "origin" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reject_reason" TEXT,
    "text" TEXT NOT NULL,
    "call_ids" TEXT[],
    "participant_id" TEXT,
    "survey_id" TEXT,
    "sdk_version" TEXT,
    "answers" JSONB NOT NULL,
    "upload_by" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "report_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "report_ticket_id_created_at_id_idx" ON "report"("ticket_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "report_user_id_created_at_id_idx" ON "report"("user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "report_survey_id_idx" ON "report"("survey_id");

-- CreateIndex
CREATE INDEX "report_sdk_version_idx" ON "report"("sdk_version");

-- CreateIndex
CREATE INDEX "report_call_ids_idx" ON "report" USING GIN ("call_ids");

-- CreateIndex
CREATE UNIQUE INDEX "consent_report_id_key" ON "consent"("report_id");

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "report"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "report" ADD CONSTRAINT "report_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "ticket"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand from here: what Prisma's comparison does not see.

-- The words of src/domain/vocabulary.ts
ALTER TABLE "report" ADD CONSTRAINT "report_origin_check" CHECK ("origin" IN ('links', 'multipart', 'survey'));
ALTER TABLE "report" ADD CONSTRAINT "report_state_check" CHECK ("state" IN ('open', 'uploaded', 'linked', 'rejected', 'withdrawn'));
ALTER TABLE "report" ADD CONSTRAINT "report_reject_reason_check" CHECK ("reject_reason" IN ('no_files', 'upload_abandoned', 'none_held'));
ALTER TABLE "log_file" ADD CONSTRAINT "log_file_owner_kind_check" CHECK ("owner_kind" IN ('request', 'report'));

-- A consent is the answer to a request, or was given with a report
ALTER TABLE "consent" ADD CONSTRAINT "consent_owner_check" CHECK (("request_id" IS NULL) <> ("report_id" IS NULL));
ALTER TABLE "consent" ADD CONSTRAINT "consent_text_check" CHECK (("text_version" IS NULL) = ("text_locale" IS NULL) AND ("text_version" IS NULL) = ("text_sha256" IS NULL));

-- Reports whose upload must end. Holds only the rows that wait
CREATE INDEX "report_upload_due" ON "report" ("upload_by") WHERE "state" = 'open';
