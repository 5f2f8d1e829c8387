/**
 * Does the work for what comes in, never twice at the same time: what comes meanwhile is done together, once, after it.
 *
 * @param work must not reject
 * @returns takes items; resolves when nothing is left to do
 */
export function oneAtATime<T>(work: (items: readonly T[]) => Promise<void>): (items: readonly T[]) => Promise<void> {
  let waiting: T[] = [];
  let working: Promise<void> | undefined;
  const goOn = async () => {
    while (waiting.length > 0) {
      const items = waiting;
      waiting = [];
      await work(items);
    }
    working = undefined;
  };
  return (items) => {
    waiting.push(...items);
    return (working ??= goOn());
  };
}
