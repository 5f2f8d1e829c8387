-- CreateTable
CREATE TABLE "agent" (
    "id" TEXT NOT NULL,
    "name" TEXT,
    "roles" TEXT[],
    "search_words" TEXT[],
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "agent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "agent_seen_at_idx" ON "agent"("seen_at");

-- By hand: prefixes of words.
CREATE INDEX "agent_search" ON "agent" USING GIN (array_to_tsvector("search_words"));
