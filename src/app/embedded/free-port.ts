import { createServer } from "node:net";

const LOOPBACK = "127.0.0.1";

/** A port of 127.0.0.1 on which nothing listens now. Someone else may take it before it is used: see {@link onFreePort}. */
export function pickFreePort(): Promise<number> {
  return listenOnce(0);
}

/** Whether something listens on this port of 127.0.0.1 already. */
export async function isPortTaken(port: number): Promise<boolean> {
  try {
    await listenOnce(port);
    return false;
  } catch {
    return true;
  }
}

/**
 * Starts a server that cannot be told "any port" (PostgreSQL, Redis): picks a free one, and picks again when another
 * program was faster.
 *
 * @param port 0 for any free one; another number is taken as it is, and never exchanged for another.
 * @throws Error that says what to do when the given port is taken, or what `start` threw when the port was not to blame.
 */
export async function onFreePort<T>(
  { port, pick = pickFreePort, attempts = 5 }: { port: number; pick?: () => Promise<number>; attempts?: number },
  start: (port: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port === 0 ? await pick() : port;
    try {
      return await start(chosen);
    } catch (cause) {
      // Asked of the port itself and not of the server's words, which come in the language of the machine.
      if (!(await isPortTaken(chosen))) throw cause;
      if (port !== 0) {
        throw new Error(
          `Port ${port} is taken by another program. End that program, or choose another port (0 takes any free one).`,
          { cause },
        );
      }
      if (attempt >= attempts) throw cause;
    }
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === "string") reject(new Error("a TCP server has no port"));
        else resolve(address.port);
      });
    });
  });
}
