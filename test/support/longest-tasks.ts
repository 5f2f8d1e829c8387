import type { Browser, Page } from "playwright-core";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string; readonly data?: Record<string, unknown> };
}

/** A task of a page's main thread, and what took its time. */
export interface Task {
  /** Of processor time: what other programs of this machine take does not count. */
  readonly ms: number;
  readonly of: readonly string[];
}

/**
 * Runs what is to be watched, and says which tasks of the page took longest.
 *
 * @param browser that of the page; it can trace one page at a time
 */
export async function longestTasks(browser: Browser, page: Page, act: () => Promise<void>): Promise<Task[]> {
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const isMain = ({ pid, tid }: TraceEvent) => threads.some((thread) => thread.pid === pid && thread.tid === tid);
  const timed = traceEvents.filter((event) => event.ph === "X" && isMain(event));
  return timed
    .filter(({ name }) => name === "RunTask" || name === "ThreadControllerImpl::RunTask")
    .map(({ pid, tid, ts, dur = 0, tdur = dur }) => ({
      ms: tdur / 1000,
      of: timed
        .filter((one) => one.pid === pid && one.tid === tid && one.ts >= ts && one.ts < ts + dur)
        .filter((one) => (one.tdur ?? 0) > tdur / 10 && !one.name.endsWith("RunTask"))
        .map(
          (one) =>
            `${one.name} ${Math.round((one.tdur ?? 0) / 1000)} ${JSON.stringify(one.args.data ?? {}).slice(0, 120)}`,
        ),
    }))
    .sort((one, other) => other.ms - one.ms)
    .slice(0, 8);
}
