import type { OutboxRow } from "#domain/facts.ts";
import type { Clock } from "#ports/clock.ts";
import type { JobQueue } from "#ports/job-queue.ts";
import type { Log } from "#ports/log.ts";
import type { Outbox } from "#ports/store.ts";
import { gatherJobs, type Pipeline } from "./gather-jobs.ts";
import { createWakeableSleep } from "./wakeable-sleep.ts";

export interface RelayDeps {
  readonly outbox: Pick<Outbox, "relay" | "onAppended">;
  readonly queue: Pick<JobQueue, "add" | "reach">;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly log: Log;
  /** Rows a round. A push job takes 32 of them; both engines stop getting faster at 200 jobs an `addBulk` (assurance, 4.3). */
  readonly batchSize?: number;
  /** How long rows that another process wrote may lie. No NOTIFY: in the accepting transaction it halves throughput. */
  readonly pollMs?: number;
  /** Where the kill tests stop the process: `relay:after-enqueue`. */
  readonly failpoint?: (name: string) => void | Promise<void>;
}

/**
 * Rest after a round, so that rows travel together where many come: an `addBulk` makes two temporary tables in PostgreSQL, and
 * took 10 ms with some 3 jobs and 7 ms with some 20. In round upon round it cost PostgreSQL as much as the accepts themselves
 * (132 µs each, measured on a busy machine). A row on its own rests 1 ms; a full round none, for there is more.
 */
const REST_MS_PER_ROW = 1;
const LONGEST_REST_MS = 100;
const FIRST_BACK_OFF_MS = 250;
const LONGEST_BACK_OFF_MS = 5_000;

/**
 * Moves committed facts and due wakes from the outbox to the queue, in every process. Woken by this process's own commits;
 * polls for those of others. Rows are marked only after the queue has them, so that a death in between makes duplicates and
 * loses nothing. While the queue or the database is away it waits, longer each time, and says so once.
 *
 * @returns `stop`, which finishes the batch in hand
 */
export function startRelay({
  outbox,
  queue,
  pipeline,
  clock,
  log,
  batchSize = 1_000,
  pollMs = 250,
  failpoint,
}: RelayDeps): { readonly stop: () => Promise<void> } {
  const poll = createWakeableSleep();
  const backOff = createWakeableSleep();
  const rest = createWakeableSleep();
  let stopped = false;
  let failures = 0;

  const move = async (rows: readonly OutboxRow[]) => {
    const jobs = gatherJobs(rows, pipeline);
    if (jobs.length > 0) await queue.add(jobs);
    await failpoint?.("relay:after-enqueue");
  };

  const loop = async () => {
    while (!stopped) {
      try {
        // Before rows are taken: while they are in hand, nobody reads the feed past them.
        if (failures > 0) await queue.reach();
        const { moved, nextDueAt } = await outbox.relay(batchSize, clock.now(), move);
        if (failures > 0) log.info({ failures }, "The relay moves work to the queue again");
        failures = 0;
        if (moved >= batchSize) continue;
        if (moved > 0) await rest.sleep(Math.min(moved * REST_MS_PER_ROW, LONGEST_REST_MS));
        // A row that is due and was not moved is in another relay's hands: asking for it at once would spin.
        const untilDue = nextDueAt === undefined ? pollMs : nextDueAt - clock.now();
        await poll.sleep(untilDue > 0 ? Math.min(untilDue, pollMs) : pollMs);
      } catch (error) {
        if (failures === 0) {
          log.warn({ error }, "The relay cannot move work to the queue; it stays in the outbox until it can");
        }
        failures += 1;
        // Not woken by commits: a thousand accepts a second must not become a thousand tries.
        await backOff.sleep(Math.min(FIRST_BACK_OFF_MS * 2 ** Math.min(failures - 1, 8), LONGEST_BACK_OFF_MS));
      }
    }
  };

  outbox.onAppended(poll.wake);
  const looping = loop();
  return {
    async stop() {
      stopped = true;
      poll.wake();
      backOff.wake();
      rest.wake();
      await looping;
    },
  };
}
