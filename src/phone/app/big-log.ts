import type { BeckonStorage } from "#sdk/create-beckon.ts";

const PIECE_CHARACTERS = 64 * 1024;

/**
 * A log of so many megabytes, for measurements: made once, in pieces between which everybody else has a turn, and kept.
 *
 * @param megabytes of 1,000,000 bytes
 * @param giveWay resolves when others have had their turn
 */
export async function makeBigLog(
  storage: BeckonStorage,
  megabytes: number,
  giveWay: () => Promise<void>,
): Promise<Blob> {
  const key = `big-log/${megabytes}`;
  const kept = await storage.get(key);
  if (kept instanceof Blob) return kept;
  const parts: Blob[] = [];
  const sizeBytes = megabytes * 1_000_000;
  let line = 0;
  for (let madeBytes = 0; madeBytes < sizeBytes;) {
    let text = "";
    while (text.length < PIECE_CHARACTERS) {
      text += `trace ${String(line).padStart(10, "0")} rtt=${line % 97} jitter=${line % 31} level=${line % 7} frame=${line * 3}\n`;
      line++;
    }
    text = text.slice(0, sizeBytes - madeBytes);
    madeBytes += text.length;
    parts.push(new Blob([text]));
    await giveWay();
  }
  const log = new Blob(parts, { type: "text/plain" });
  await storage.set(key, log);
  return log;
}
