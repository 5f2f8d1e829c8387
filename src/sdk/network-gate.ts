import type { AnswerUnderWay } from "./answer-journal.ts";
import type { Connection } from "./beckon.ts";

/** Why a file stands still: until the user resumes it, until the connection costs nothing, or until there is one at all. */
export type UploadWait = "user" | "unmetered" | "network";

/** Whether the files of an answer may go out, and over the connection that there is. */
export interface NetworkGate {
  /** What a file of this size waits for; undefined when it may go. */
  waitsFor(sizeBytes: number): UploadWait | undefined;
  /** Calls `listener` when that may have changed. @returns ends it */
  onChange(listener: () => void): () => void;
}

/** @returns the gate, and what tells it that the user chose something else */
export function createNetworkGate(
  answer: Pick<AnswerUnderWay, "network" | "paused">,
  connection: Connection | undefined,
  meteredMaxBytes = Infinity,
): NetworkGate & { chosen(): void } {
  const listeners = new Set<() => void>();
  return {
    waitsFor(sizeBytes) {
      if (answer.paused) return "user";
      const { network } = answer;
      const waits = network === "unmetered" || (network !== "any" && sizeBytes > meteredMaxBytes);
      return waits && connection?.isMetered() ? "unmetered" : undefined;
    },
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
