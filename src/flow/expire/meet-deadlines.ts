import { Problem } from "#domain/problems.ts";
import type { Log } from "#ports/log.ts";
import type { DueWork } from "#ports/store.ts";
import { endSnooze, type EndSnoozeDeps } from "./end-snooze.ts";
import { expireAnswer, type ExpireAnswerDeps } from "./expire-answer.ts";
import { expireUpload, type ExpireUploadDeps } from "./expire-upload.ts";

export type MeetDeadlinesDeps = ExpireAnswerDeps &
  ExpireUploadDeps &
  EndSnoozeDeps & {
    readonly dueWork: Pick<DueWork, "deadlines">;
    readonly log: Pick<Log, "error">;
    /** Requests a round. */
    readonly limit?: number;
  };

/**
 * Gives every request whose `answerBy`, `uploadBy` or snooze is over to the lifecycle. What cannot be decided now (the blob
 * store is away, somebody else keeps winning) is left for the next round, a second later, and holds nobody else up.
 */
export async function meetDeadlines(deps: MeetDeadlinesDeps, signal: AbortSignal): Promise<void> {
  const { dueWork, clock, limit = 200 } = deps;
  const left = new Set<string>();
  while (!signal.aborted) {
    const due = await dueWork.deadlines(clock.now(), limit);
    const fresh = due.filter(({ requestId, kind }) => !left.has(`${kind} ${requestId}`));
    for (const { requestId, kind } of fresh) {
      if (signal.aborted) return;
      left.add(`${kind} ${requestId}`);
      await meetDeadline(requestId, kind, deps, signal);
    }
    // Not full: that was all. Nothing fresh: the rest is what had to be left.
    if (due.length < limit || fresh.length === 0) return;
  }
}

async function meetDeadline(
  requestId: string,
  kind: "answer" | "upload" | "snooze",
  deps: MeetDeadlinesDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    switch (kind) {
      case "answer":
        return await expireAnswer(requestId, deps);
      case "upload":
        return await expireUpload(requestId, deps, signal);
      case "snooze":
        return await endSnooze(requestId, deps);
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Problem && (error.code === "blob_store_unavailable" || error.code === "conflict")) return;
    if (error instanceof Problem && error.code === "database_unavailable") throw error;
    deps.log.error(
      { requestId, deadline: kind, error: error instanceof Error ? error.stack : String(error) },
      "A deadline could not be met and is tried again every second",
    );
  }
}
