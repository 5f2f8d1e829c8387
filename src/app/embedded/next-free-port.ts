import { isPortTaken } from "./free-port.ts";

/** So many neighbours of a port are tried before any free one is taken. */
const NEIGHBOURS = 50;

/**
 * The wanted port, or the next one above it on which nothing listens.
 *
 * @param wanted 0 for any free one, which the server that gets it picks by itself
 * @param promised ports that servers still to be started will take
 * @returns 0 where any may be taken
 */
export async function nextFreePort(
  wanted: number,
  {
    promised = [],
    isTaken = isPortTaken,
  }: { promised?: readonly number[]; isTaken?: (port: number) => Promise<boolean> } = {},
): Promise<number> {
  if (wanted === 0) return 0;
  const last = Math.min(wanted + NEIGHBOURS, 65_535);
  for (let port = wanted; port <= last; port++) {
    if (!promised.includes(port) && !(await isTaken(port))) return port;
  }
  return 0;
}
