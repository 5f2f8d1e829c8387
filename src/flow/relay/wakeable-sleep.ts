export interface WakeableSleep {
  /** Resolves after `ms` milliseconds, or at once when it was woken since the last sleep. */
  sleep(ms: number): Promise<void>;
  readonly wake: () => void;
}

/** A sleep that can be ended early, and that does not miss a wake that came just before it. */
export function createWakeableSleep(): WakeableSleep {
  let woken = false;
  let end: (() => void) | undefined;
  return {
    async sleep(ms) {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      end = undefined;
      woken = false;
    },
    wake() {
      woken = true;
      end?.();
    },
  };
}
