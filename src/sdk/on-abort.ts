/** Calls `act` once the signal aborts, at once where it has. @returns ends it */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  signal.addEventListener("abort", act);
  if (signal.aborted) act();
  return () => signal.removeEventListener("abort", act);
}
