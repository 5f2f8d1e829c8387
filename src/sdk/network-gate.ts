import type { AnswerUnderWay } from "./answer-journal.ts";
import type { Connection } from "./beckon.ts";

/** Whether the files of an answer may go out over the connection that there is. */
export interface NetworkGate {
  isOpen(): boolean;
  /** Calls `listener` when that may have changed. @returns ends it */
  onChange(listener: () => void): () => void;
}

/** @returns the gate, and what tells it that the user chose another network */
export function createNetworkGate(
  answer: Pick<AnswerUnderWay, "network">,
  connection: Connection | undefined,
): NetworkGate & { chosen(): void } {
  const listeners = new Set<() => void>();
  return {
    isOpen: () => answer.network !== "unmetered" || !connection?.isMetered(),
    onChange(listener) {
      listeners.add(listener);
      const leave = connection?.onChange(listener);
      return () => {
        listeners.delete(listener);
        leave?.();
      };
    },
    chosen() {
      for (const listener of listeners) listener();
    },
  };
}
