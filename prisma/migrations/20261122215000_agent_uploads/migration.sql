-- AlterTable
ALTER TABLE "consent" ADD COLUMN     "agent_upload_id" UUID,
ALTER COLUMN "user_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "log_file" ADD COLUMN     "unproven" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "agent_upload" (
    "id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "agent_id" TEXT NOT NULL,
    "basis" TEXT NOT NULL,
    "doubt" TEXT,
    "doubt_path" TEXT,
    "name" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "call_ids" TEXT[],
    "sdk_version" TEXT,
    "app_version" TEXT,
    "exported_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "agent_upload_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "agent_upload_ticket_id_created_at_id_idx" ON "agent_upload"("ticket_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "agent_upload_sdk_version_idx" ON "agent_upload"("sdk_version");

-- CreateIndex
CREATE INDEX "agent_upload_call_ids_idx" ON "agent_upload" USING GIN ("call_ids");

-- CreateIndex
CREATE UNIQUE INDEX "consent_agent_upload_id_key" ON "consent"("agent_upload_id");

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_agent_upload_id_fkey" FOREIGN KEY ("agent_upload_id") REFERENCES "agent_upload"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_upload" ADD CONSTRAINT "agent_upload_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "ticket"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand from here: what Prisma's comparison does not see.

-- The words of src/domain/vocabulary.ts
ALTER TABLE "agent_upload" ADD CONSTRAINT "agent_upload_basis_check" CHECK ("basis" IN ('export', 'agent_upload'));
ALTER TABLE "agent_upload" ADD CONSTRAINT "agent_upload_doubt_check" CHECK ("doubt" IN ('no_manifest', 'manifest_malformed', 'file_missing', 'extra_file', 'size_differs', 'hash_differs', 'unreadable'));
ALTER TABLE "agent_upload" ADD CONSTRAINT "agent_upload_proof_check" CHECK (("basis" = 'export') = ("doubt" IS NULL));
ALTER TABLE "log_file" DROP CONSTRAINT "log_file_owner_kind_check";
ALTER TABLE "log_file" ADD CONSTRAINT "log_file_owner_kind_check" CHECK ("owner_kind" IN ('request', 'report', 'agent_upload'));
ALTER TABLE "log_file" DROP CONSTRAINT "log_file_reason_check";
ALTER TABLE "log_file" ADD CONSTRAINT "log_file_reason_check" CHECK ("reason" IN ('size_differs', 'hash_differs', 'changed_after_upload', 'unreadable', 'not_uploaded', 'given_up', 'upload_deadline', 'request_cancelled', 'withdrawn', 'removed', 'retention'));

-- What no user gave can only be an agent's, and says so
ALTER TABLE "log_file" ADD CONSTRAINT "log_file_unproven_check" CHECK (NOT "unproven" OR "owner_kind" = 'agent_upload');

-- A consent is the answer to a request, was given with a report, or stands behind what an agent added
ALTER TABLE "consent" DROP CONSTRAINT "consent_owner_check";
ALTER TABLE "consent" ADD CONSTRAINT "consent_owner_check" CHECK (num_nonnulls("request_id", "report_id", "agent_upload_id") = 1);
ALTER TABLE "consent" ADD CONSTRAINT "consent_user_check" CHECK ("user_id" IS NOT NULL OR "agent_upload_id" IS NOT NULL);
