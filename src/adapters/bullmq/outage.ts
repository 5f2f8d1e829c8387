import type { Log } from "#ports/log.ts";

export interface Outage {
  readonly failed: (error: unknown) => void;
  readonly worked: () => void;
}

/** Between a failure and the success that ends an outage: one worker may answer while another still fails. */
const QUIET_MS = 2_000;

/** One line when trouble begins and one when it is over, however many connections fail however often in between. */
export function createOutage({ log, engine }: { log: Log; engine: string }): Outage {
  let since: number | undefined;
  let lastFailure = 0;
  return {
    failed(error) {
      lastFailure = performance.now();
      if (since !== undefined) return;
      since = lastFailure;
      log.warn({ engine, error }, "The job queue is in trouble; work waits in PostgreSQL until it is back");
    },
    worked() {
      if (since === undefined || performance.now() - lastFailure < QUIET_MS) return;
      const seconds = Math.round((performance.now() - since) / 1_000);
      since = undefined;
      log.info({ engine, seconds }, "The job queue is back");
    },
  };
}
