import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export type TcpProxy = {
  port: number;
  /** Breaks every connection and refuses new ones, as a server that has gone. */
  cut: () => Promise<void>;
  /** Keeps connections, takes new ones, and carries nothing, as a server that hangs. */
  silence: () => void;
  /** Takes connections again, on the same port; those of a silence are broken. */
  mend: () => Promise<void>;
  /** Connections that are open now. */
  open: () => number;
};

/** Stands before a shared server, so that one test can lose it while the others keep it. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy & AsyncDisposable> {
  const sockets = new Set<Socket>();
  let silent = false;
  const start = async (port: number): Promise<Server> => {
    const server = createServer((near) => {
      if (silent) {
        sockets.add(near);
        near.on("error", () => near.destroy());
        near.once("close", () => sockets.delete(near));
        return;
      }
      const far = connect(target.port, target.host);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on("error", () => to.destroy());
        from.once("close", () => {
          sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    }).listen(port, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  let server: Server | undefined = await start(0);
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    server = undefined;
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    cut,
    silence: () => {
      silent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend: async () => {
      if (silent) for (const socket of sockets) socket.destroy();
      silent = false;
      server ??= await start(port);
    },
    open: () => sockets.size / 2,
    [Symbol.asyncDispose]: cut,
  };
}
