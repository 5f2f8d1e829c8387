-- CreateTable
CREATE TABLE "team" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" TEXT NOT NULL,
    "label" TEXT,
    "contacts" TEXT[],
    "locale" TEXT,
    "time_zone" TEXT,
    "search_words" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticket" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "subject" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "user_id" TEXT,
    "call_ids" TEXT[],
    "assignee_id" TEXT,
    "team_id" UUID,
    "external_system" TEXT,
    "external_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ticket_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticket_participant" (
    "ticket_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "user_id" TEXT NOT NULL,
    "call_id" TEXT,

    CONSTRAINT "ticket_participant_pkey" PRIMARY KEY ("ticket_id","position")
);

-- CreateTable
CREATE TABLE "ticket_event" (
    "sequence" BIGSERIAL NOT NULL,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "ticket_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "request_id" UUID,
    "file_id" UUID,
    "user_id" TEXT,
    "installation_id" UUID,
    "data" JSONB,

    CONSTRAINT "ticket_event_pkey" PRIMARY KEY ("sequence")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "sequence" BIGSERIAL NOT NULL,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "ticket_id" UUID,
    "request_id" UUID,
    "file_id" UUID,
    "user_id" TEXT,
    "installation_id" UUID,
    "data" JSONB,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("sequence")
);

-- CreateTable
CREATE TABLE "installation" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "user_id" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "push_channel" JSONB NOT NULL,
    "locale" TEXT,
    "time_zone" TEXT,
    "app_version" TEXT,
    "os_version" TEXT,
    "sdk_version" TEXT,
    "model" TEXT,
    "notifications_allowed" BOOLEAN,
    "collectors" JSONB NOT NULL,
    "hub_sync" TEXT NOT NULL DEFAULT 'pending',
    "hub_sync_reason" TEXT,
    "sync_at" TIMESTAMPTZ(3),
    "sync_attempt" INTEGER NOT NULL DEFAULT 0,
    "previous_user_id" TEXT,
    "removed_at" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_request" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "ticket_id" UUID NOT NULL,
    "user_id" TEXT NOT NULL,
    "installation_id" UUID,
    "agent_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "collectors" TEXT[],
    "window_from" TIMESTAMPTZ(3),
    "window_to" TIMESTAMPTZ(3),
    "max_bytes" BIGINT NOT NULL,
    "max_files" INTEGER NOT NULL,
    "answer_by" TIMESTAMPTZ(3) NOT NULL,
    "upload_by" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL DEFAULT 'requested',
    "reject_reason" TEXT,
    "reach" TEXT NOT NULL DEFAULT 'pending',
    "reach_reason" TEXT,
    "push_round_id" UUID NOT NULL,
    "push_kind" TEXT NOT NULL DEFAULT 'ask',
    "push_next_at" TIMESTAMPTZ(3),
    "reminders" INTEGER NOT NULL DEFAULT 0,
    "snoozed_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "log_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "push" (
    "id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "round_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),
    "notification_id" TEXT,
    "status" INTEGER,
    "reason" TEXT,
    "outcomes" JSONB,
    "telemetry_at" TIMESTAMPTZ(3),
    "telemetry_reads" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "push_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent_text" (
    "version" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consent_text_pkey" PRIMARY KEY ("version","locale")
);

-- CreateTable
CREATE TABLE "consent" (
    "id" UUID NOT NULL,
    "basis" TEXT NOT NULL,
    "request_id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "user_id" TEXT NOT NULL,
    "installation_id" UUID,
    "decision" TEXT NOT NULL,
    "text_version" TEXT NOT NULL,
    "text_locale" TEXT NOT NULL,
    "text_sha256" TEXT NOT NULL,
    "shown" JSONB NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,
    "device_now" TIMESTAMPTZ(3),
    "withdrawn_at" TIMESTAMPTZ(3),

    CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_file" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "consent_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "collector" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "modified_at" TIMESTAMPTZ(3) NOT NULL,
    "covers_from" TIMESTAMPTZ(3),
    "covers_to" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL DEFAULT 'announced',
    "reason" TEXT,
    "coverage" TEXT NOT NULL DEFAULT 'unknown',
    "uploaded_at" TIMESTAMPTZ(3),
    "linked_at" TIMESTAMPTZ(3),
    "evidence_etag" TEXT,
    "delete_after" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "verify_at" TIMESTAMPTZ(3),
    "verify_attempt" INTEGER NOT NULL DEFAULT 0,
    "cleanup_at" TIMESTAMPTZ(3),

    CONSTRAINT "log_file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "type" TEXT NOT NULL,
    "request_id" UUID,
    "round_id" UUID,
    "file_id" UUID,
    "installation_id" UUID,
    "push_id" UUID,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "deadline" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "caller" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "status" INTEGER,
    "headers" JSONB,
    "body" TEXT,
    "request_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("caller","method","route","key")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ticket_number_key" ON "ticket"("number");

-- CreateIndex
CREATE INDEX "ticket_created_at_id_idx" ON "ticket"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "ticket_user_id_created_at_id_idx" ON "ticket"("user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "ticket_assignee_id_created_at_id_idx" ON "ticket"("assignee_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "ticket_external_id_idx" ON "ticket"("external_id");

-- CreateIndex
CREATE INDEX "ticket_team_id_idx" ON "ticket"("team_id");

-- CreateIndex
CREATE INDEX "ticket_call_ids_idx" ON "ticket" USING GIN ("call_ids");

-- CreateIndex
CREATE UNIQUE INDEX "ticket_external_system_external_id_key" ON "ticket"("external_system", "external_id");

-- CreateIndex
CREATE INDEX "ticket_participant_user_id_idx" ON "ticket_participant"("user_id");

-- CreateIndex
CREATE INDEX "ticket_event_xid_sequence_idx" ON "ticket_event"("xid", "sequence");

-- CreateIndex
CREATE INDEX "ticket_event_ticket_id_xid_sequence_idx" ON "ticket_event"("ticket_id", "xid", "sequence");

-- CreateIndex
CREATE INDEX "installation_user_id_idx" ON "installation"("user_id");

-- CreateIndex
CREATE INDEX "log_request_created_at_id_idx" ON "log_request"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "log_request_ticket_id_created_at_id_idx" ON "log_request"("ticket_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "log_request_user_id_created_at_id_idx" ON "log_request"("user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "log_request_agent_id_created_at_id_idx" ON "log_request"("agent_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "push_request_id_round_id_platform_key" ON "push"("request_id", "round_id", "platform");

-- CreateIndex
CREATE UNIQUE INDEX "consent_request_id_key" ON "consent"("request_id");

-- CreateIndex
CREATE INDEX "log_file_owner_id_idx" ON "log_file"("owner_id");

-- CreateIndex
CREATE INDEX "log_file_ticket_id_idx" ON "log_file"("ticket_id");

-- CreateIndex
CREATE INDEX "log_file_consent_id_idx" ON "log_file"("consent_id");

-- CreateIndex
CREATE INDEX "outbox_deadline_due_at_idx" ON "outbox"("deadline", "due_at");

-- CreateIndex
CREATE INDEX "outbox_due_at_idx" ON "outbox"("due_at");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_secret_hash_key" ON "api_key"("secret_hash");

-- AddForeignKey
ALTER TABLE "ticket" ADD CONSTRAINT "ticket_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_participant" ADD CONSTRAINT "ticket_participant_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "ticket"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_request" ADD CONSTRAINT "log_request_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "ticket"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push" ADD CONSTRAINT "push_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "log_request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "log_request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_file" ADD CONSTRAINT "log_file_consent_id_fkey" FOREIGN KEY ("consent_id") REFERENCES "consent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand from here: what Prisma's comparison does not see. Keep semicolons out of comments and bodies, since its engine cuts
-- the file at each of them.

-- The words of src/domain/vocabulary.ts
ALTER TABLE "ticket" ADD CONSTRAINT "ticket_state_check" CHECK ("state" IN ('open', 'solved', 'closed'));
ALTER TABLE "log_request" ADD CONSTRAINT "log_request_state_check" CHECK ("state" IN ('requested', 'notified', 'seen', 'consented', 'uploaded', 'linked', 'rejected', 'declined', 'expired', 'cancelled', 'withdrawn'));
ALTER TABLE "log_request" ADD CONSTRAINT "log_request_reject_reason_check" CHECK ("reject_reason" IN ('no_files', 'upload_abandoned', 'none_held'));
ALTER TABLE "log_request" ADD CONSTRAINT "log_request_reach_check" CHECK ("reach" IN ('no_installation', 'pending', 'pushed', 'refused'));
ALTER TABLE "log_request" ADD CONSTRAINT "log_request_push_kind_check" CHECK ("push_kind" IN ('ask', 'remind', 'closed'));
ALTER TABLE "push" ADD CONSTRAINT "push_kind_check" CHECK ("kind" IN ('ask', 'remind', 'closed'));
ALTER TABLE "push" ADD CONSTRAINT "push_platform_check" CHECK ("platform" IN ('apns', 'fcmv1', 'wns', 'browser'));
ALTER TABLE "push" ADD CONSTRAINT "push_state_check" CHECK ("state" IN ('sending', 'waiting', 'accepted', 'refused'));
ALTER TABLE "installation" ADD CONSTRAINT "installation_platform_check" CHECK ("platform" IN ('apns', 'fcmv1', 'wns', 'browser'));
ALTER TABLE "installation" ADD CONSTRAINT "installation_hub_sync_check" CHECK ("hub_sync" IN ('pending', 'synced', 'refused'));
ALTER TABLE "consent" ADD CONSTRAINT "consent_basis_check" CHECK ("basis" IN ('request', 'report', 'export', 'agent_upload'));
ALTER TABLE "consent" ADD CONSTRAINT "consent_decision_check" CHECK ("decision" IN ('share', 'decline'));
ALTER TABLE "log_file" ADD CONSTRAINT "log_file_state_check" CHECK ("state" IN ('announced', 'uploaded', 'linked', 'refused', 'missing', 'deleted'));
ALTER TABLE "log_file" ADD CONSTRAINT "log_file_reason_check" CHECK ("reason" IN ('size_differs', 'hash_differs', 'changed_after_upload', 'unreadable', 'not_uploaded', 'given_up', 'upload_deadline', 'request_cancelled', 'withdrawn', 'retention'));
ALTER TABLE "log_file" ADD CONSTRAINT "log_file_coverage_check" CHECK ("coverage" IN ('full', 'partly', 'none', 'unknown'));
ALTER TABLE "ticket_event" ADD CONSTRAINT "ticket_event_actor_kind_check" CHECK ("actor_kind" IN ('agent', 'user', 'key', 'system'));
ALTER TABLE "audit_event" ADD CONSTRAINT "audit_event_actor_kind_check" CHECK ("actor_kind" IN ('agent', 'user', 'key', 'system'));

-- What is due, for the reconciler and the sweeps. Each holds only the rows that wait
CREATE INDEX "log_request_answer_due" ON "log_request" ("answer_by") WHERE "state" IN ('requested', 'notified', 'seen');
CREATE INDEX "log_request_upload_due" ON "log_request" ("upload_by") WHERE "state" = 'consented';
CREATE INDEX "log_request_snooze_due" ON "log_request" ("snoozed_until") WHERE "snoozed_until" IS NOT NULL;
CREATE INDEX "log_request_push_due" ON "log_request" ("push_next_at") WHERE "push_next_at" IS NOT NULL;
CREATE INDEX "installation_sync_due" ON "installation" ("sync_at") WHERE "sync_at" IS NOT NULL;
CREATE INDEX "push_telemetry_due" ON "push" ("telemetry_at") WHERE "telemetry_at" IS NOT NULL;
CREATE INDEX "log_file_verify_due" ON "log_file" ("verify_at") WHERE "verify_at" IS NOT NULL;
CREATE INDEX "log_file_cleanup_due" ON "log_file" ("cleanup_at") WHERE "cleanup_at" IS NOT NULL;
CREATE INDEX "log_file_retention_due" ON "log_file" ("delete_after") WHERE "state" = 'linked';

-- Who downloaded a file. Nearly all audit rows name no file and stay out of it
CREATE INDEX "audit_event_file" ON "audit_event" ("file_id") WHERE "file_id" IS NOT NULL;

-- Finds people by the beginning of any word of their id, label or contacts
CREATE INDEX "app_user_search" ON "app_user" USING GIN (array_to_tsvector("search_words"));

-- Rows come and go by the thousand, and dead ones at the head of an index are read by every relay
ALTER TABLE "outbox" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
