/** What a key of `npm run dev` does. */
export type KeyAction = "console" | "phone" | "demo" | "logs" | "restart" | "clear" | "quit";

const KEYS: Readonly<Record<string, KeyAction>> = {
  o: "console",
  p: "phone",
  d: "demo",
  l: "logs",
  r: "restart",
  c: "clear",
  q: "quit",
  // A terminal that hands every key to us hands us Ctrl-C and Ctrl-D too.
  "\u0003": "quit",
  "\u0004": "quit",
};

/** The keys, as they are shown under the addresses. */
export const KEY_LINE = "[o] open console  [p] phone  [d] demo page  [l] logs  [r] restart  [c] clear  [q] quit";

/** What was pressed, in order; keys that mean nothing are passed over, as are the arrows and the like. */
export function readKeys(typed: string): KeyAction[] {
  if (typed.startsWith("\u001B")) return [];
  return Array.from(typed).flatMap((key) => KEYS[key.toLowerCase()] ?? []);
}

/**
 * Hears single keys of a terminal.
 *
 * @returns how to stop, which gives the terminal back as it was
 */
export function hearKeys(input: NodeJS.ReadStream, onKey: (action: KeyAction) => void): () => void {
  const hear = (bytes: Buffer) => {
    for (const action of readKeys(bytes.toString())) onKey(action);
  };
  input.setRawMode(true);
  input.on("data", hear);
  input.resume();
  return () => {
    input.off("data", hear);
    input.setRawMode(false);
    input.pause();
  };
}
