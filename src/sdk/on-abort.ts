/** Calls `act` once the signal aborts, at once where it has. @returns ends it */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  signal.addEventListener("abort", act);
  if (signal.aborted) act();
  return () => signal.removeEventListener("abort", act);
}

/** Throws where the signal was aborted. React Native's signals have no such method, and no reason. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason ?? new Error("aborted");
}
