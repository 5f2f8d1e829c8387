import { quickClock } from "./journey.ts";

const HALF_AN_HOUR_MS = 30 * 60 * 1000;

/** Short waits pass at once, long ones only when something happens. */
export function patientClock() {
  const clock = quickClock();
  return {
    ...clock,
    sleep: (ms: number, signal: AbortSignal) =>
      ms < HALF_AN_HOUR_MS
        ? clock.sleep(ms, signal)
        : new Promise<void>((_, reject) => {
            signal.addEventListener("abort", () => reject(new Error("woken")));
            if (signal.aborted) reject(new Error("woken"));
          }),
  };
}
