import type { Pool } from "pg";
import type { Clock } from "#ports/clock.ts";

const MEASURE_EVERY_MS = 30_000;
/** While PostgreSQL is away the next measurement is tried sooner. */
const RETRY_MS = 1_000;

export const READ_CLOCK = "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now";

/**
 * PostgreSQL's time, so that every process of a deployment agrees on what is due. Between measurements it runs on the
 * process's monotonic clock; it never goes back. Until PostgreSQL answers for the first time it is this machine's time.
 */
export async function startClock(pool: Pool): Promise<{ clock: Clock; stop: () => void }> {
  let offset = Date.now() - performance.now();
  let last = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function measure(): Promise<boolean> {
    try {
      const before = performance.now();
      const { rows } = await pool.query<{ now: number }>({ name: "clock", text: READ_CLOCK });
      const after = performance.now();
      // PostgreSQL looked at its clock somewhere between the two: half of the way is the error at most.
      if (rows[0]) offset = rows[0].now - (before + after) / 2;
      return true;
    } catch {
      return false;
    }
  }

  async function keepInStep(): Promise<void> {
    const measured = await measure();
    if (stopped) return;
    timer = setTimeout(() => void keepInStep(), measured ? MEASURE_EVERY_MS : RETRY_MS);
    timer.unref();
  }

  // The first query on a connection pays for opening it; only a second one measures.
  await measure();
  await keepInStep();
  return {
    clock: {
      now() {
        last = Math.max(last, Math.floor(performance.now() + offset));
        return last;
      },
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
