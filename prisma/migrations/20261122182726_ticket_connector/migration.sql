-- AlterTable
ALTER TABLE "outbox" ADD COLUMN     "ticket_id" UUID;

-- CreateTable
CREATE TABLE "ticket_connection" (
    "ticket_id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "system" TEXT NOT NULL,
    "item_id" TEXT,
    "item_url" TEXT,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "reason" TEXT,
    "sync_at" TIMESTAMPTZ(3),
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "synced_at" TIMESTAMPTZ(3),
    "lease_id" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "making_since" TIMESTAMPTZ(3),
    "changing_version" INTEGER,
    "telling_until" TEXT,
    "told_until" TEXT NOT NULL,
    "told_state" TEXT NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ticket_connection_pkey" PRIMARY KEY ("ticket_id")
);

-- CreateTable
CREATE TABLE "file_connection" (
    "file_id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "shown_as" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "state" TEXT NOT NULL,

    CONSTRAINT "file_connection_pkey" PRIMARY KEY ("file_id")
);

-- CreateIndex
CREATE INDEX "file_connection_ticket_id_idx" ON "file_connection"("ticket_id");

-- AddForeignKey
ALTER TABLE "ticket_connection" ADD CONSTRAINT "ticket_connection_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "ticket"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- The words of src/domain/vocabulary.ts
ALTER TABLE "ticket_connection" ADD CONSTRAINT "ticket_connection_state_check" CHECK ("state" IN ('pending', 'synced', 'refused'));
ALTER TABLE "ticket_connection" ADD CONSTRAINT "ticket_connection_told_state_check" CHECK ("told_state" IN ('open', 'solved', 'closed'));
ALTER TABLE "file_connection" ADD CONSTRAINT "file_connection_shown_as_check" CHECK ("shown_as" IN ('attachment', 'hyperlink'));
ALTER TABLE "file_connection" ADD CONSTRAINT "file_connection_state_check" CHECK ("state" IN ('uploaded', 'there', 'removed'));

-- What is due, for the reconciler
CREATE INDEX "ticket_connection_sync_due" ON "ticket_connection" ("sync_at") WHERE "sync_at" IS NOT NULL;
