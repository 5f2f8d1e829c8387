interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

interface Task {
  readonly cpuMs: number;
  /** The longest of what ran in it, where the trace has category `devtools.timeline` as well. */
  readonly parts: readonly string[];
}

/** Tasks of the page's main thread. @param trace of the browser, with category `toplevel` */
export function tasksOf(trace: string): Task[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const ours = traceEvents.filter(({ pid, tid, tdur }) => tdur !== undefined && threads.has(`${pid} ${tid}`));
  return ours
    .filter(({ name }) => name.endsWith("RunTask"))
    .map(({ ts, dur = 0, tdur = 0 }) => ({
      cpuMs: tdur / 1_000,
      parts:
        tdur < 50_000
          ? []
          : ours
              .filter((one) => one.ts >= ts && one.ts < ts + dur && !one.name.endsWith("RunTask"))
              .toSorted((one, other) => (other.tdur ?? 0) - (one.tdur ?? 0))
              .slice(0, 5)
              .map((one) => `${one.name} ${((one.tdur ?? 0) / 1_000).toFixed(0)}`),
    }));
}

/** CPU milliseconds of each task of the page's main thread. @param trace of the browser, with category `toplevel` */
export function cpuOfTasks(trace: string): number[] {
  return tasksOf(trace).map(({ cpuMs }) => cpuMs);
}
