import type { OwnerRef } from "#domain/file-owner.ts";
import { Problem } from "#domain/problems.ts";
import type { Log } from "#ports/log.ts";
import type { DueWork } from "#ports/store.ts";
import { endSnooze, type EndSnoozeDeps } from "./end-snooze.ts";
import { expireAnswer, type ExpireAnswerDeps } from "./expire-answer.ts";
import { expireUpload, type ExpireUploadDeps } from "./expire-upload.ts";

export type MeetDeadlinesDeps = ExpireAnswerDeps &
  ExpireUploadDeps &
  EndSnoozeDeps & {
    readonly dueWork: Pick<DueWork, "deadlines" | "uploadDeadlines">;
    readonly log: Pick<Log, "error">;
    /** Requests read at once; 200 unless told. */
    readonly limit?: number;
  };

type Deadline =
  | { readonly kind: "answer" | "snooze"; readonly requestId: string }
  | { readonly kind: "upload"; readonly owner: OwnerRef };

const idOf = (deadline: Deadline) => (deadline.kind === "upload" ? deadline.owner.id : deadline.requestId);

/**
 * Gives every request whose `answerBy`, `uploadBy` or snooze is over, and every report whose `uploadBy` is, to the lifecycle. What cannot be decided now (the blob
 * store is away, somebody else keeps winning) is left for the next round, a second later, and holds nobody else up.
 *
 * Uploads come last, and end with the first that the blob store does not answer for: a store that hangs takes 20 s to say so.
 */
export async function meetDeadlines(deps: MeetDeadlinesDeps, signal: AbortSignal): Promise<void> {
  const { dueWork, clock, limit = 200 } = deps;
  await meetAll(() => dueWork.deadlines(clock.now(), limit), deps, signal);
  await meetAll(
    async () =>
      (await dueWork.uploadDeadlines(clock.now(), limit)).map((owner) => ({ owner, kind: "upload" }) as const),
    deps,
    signal,
  );
}

async function meetAll(
  read: () => Promise<readonly Deadline[]>,
  deps: MeetDeadlinesDeps,
  signal: AbortSignal,
): Promise<void> {
  const { limit = 200 } = deps;
  const left = new Set<string>();
  while (!signal.aborted) {
    const due = await read();
    const fresh = due.filter((deadline) => !left.has(`${deadline.kind} ${idOf(deadline)}`));
    for (const deadline of fresh) {
      if (signal.aborted) return;
      left.add(`${deadline.kind} ${idOf(deadline)}`);
      if ((await meetDeadline(deadline, deps, signal)) === "store away") return;
    }
    // Not full: that was all. Nothing fresh: the rest is what had to be left.
    if (due.length < limit || fresh.length === 0) return;
  }
}

async function meetDeadline(
  deadline: Deadline,
  deps: MeetDeadlinesDeps,
  signal: AbortSignal,
): Promise<"store away" | void> {
  try {
    switch (deadline.kind) {
      case "answer":
        return await expireAnswer(deadline.requestId, deps);
      case "upload":
        return await expireUpload(deadline.owner, deps, signal);
      case "snooze":
        return await endSnooze(deadline.requestId, deps);
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof Problem && error.code === "conflict") return undefined;
    if (error instanceof Problem && error.code === "blob_store_unavailable") return "store away";
    if (error instanceof Problem && error.code === "database_unavailable") throw error;
    deps.log.error(
      { id: idOf(deadline), deadline: deadline.kind, error },
      "A deadline could not be met and is tried again every second",
    );
    return undefined;
  }
}
