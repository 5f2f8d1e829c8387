-- CreateTable
CREATE TABLE "reason_template" (
    "id" TEXT NOT NULL,
    "texts" JSONB NOT NULL,
    "collectors" TEXT[],
    "window_hours" INTEGER,
    "answer_by_hours" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT NOT NULL DEFAULT 'system',
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "reason_template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "last_run" (
    "job" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "last_run_pkey" PRIMARY KEY ("job")
);

-- CreateIndex
CREATE INDEX "audit_event_actor_id_sequence_idx" ON "audit_event"("actor_id", "sequence" DESC);

-- CreateIndex
CREATE INDEX "audit_event_ticket_id_sequence_idx" ON "audit_event"("ticket_id", "sequence" DESC);

-- CreateIndex
CREATE INDEX "audit_event_user_id_sequence_idx" ON "audit_event"("user_id", "sequence" DESC);
