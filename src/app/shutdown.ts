import type { Log } from "#ports/log.ts";

/** Something that runs, and how it stops. Named for the log. */
export interface ShutdownStep {
  readonly name: string;
  readonly stop: () => Promise<unknown>;
}

/** How long what is under way may take to end (issue 2). Below the 30 s that Kubernetes and Compose users give most often. */
const GRACE_MS = 30_000;

/**
 * Ends this process in order when it is asked to: the first SIGTERM or SIGINT stops each step after the one before it, the
 * second ends at once. A step that fails is told and passed over. After 30 s the process ends whatever is left.
 *
 * @param options.steps in the order of stopping: what brings work first, what holds connections last
 * @returns `shutDown`, for a process that has to end by itself; it does not return
 */
export function shutDownOnSignal({
  steps,
  log,
  graceMs = GRACE_MS,
}: {
  readonly steps: readonly ShutdownStep[];
  readonly log: Log;
  readonly graceMs?: number;
}): { readonly shutDown: (exitCode: number) => Promise<never> } {
  let stopping = false;
  const shutDown = async (exitCode: number): Promise<never> => {
    stopping = true;
    setTimeout(() => {
      log.error({ graceMs }, "Not everything stopped in time; the rest is left to whoever comes next");
      process.exit(1);
    }, graceMs).unref();
    for (const { name, stop } of steps) {
      try {
        await stop();
      } catch (error) {
        log.error({ step: name, error }, "A part did not stop well");
      }
    }
    // Not left to an empty event loop: a connection that still tries to come back would keep it full.
    process.exit(exitCode);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(signal === "SIGINT" ? 130 : 143);
      log.info({ signal }, "Stopping");
      void shutDown(0);
    });
  }
  return { shutDown };
}
