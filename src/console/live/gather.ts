const GATHER_MS = 120;

/** Does something once for all of an id's calls that come close together. */
export function gather(act: (id: string) => void): (id: string) => void {
  const waiting = new Set<string>();
  return (id) => {
    if (waiting.has(id)) return;
    waiting.add(id);
    setTimeout(() => {
      waiting.delete(id);
      act(id);
    }, GATHER_MS);
  };
}
