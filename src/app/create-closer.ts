import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A connection may have been made a moment ago for a request that is on its way. One that stays silent for longer has none:
 *  clients and browsers open some ahead of need, and Node would wait a minute for each. */
const SILENT_MS = 500;
/** A client that still sends after this is cut off, so that 10 s of the 30 are left for what comes after the server. */
const CUT_MS = 20_000;

/**
 * Follows a server's connections, so that it can be closed in order: no new connection is taken, what was taken is answered and
 * told that its connection ends, and idle connections are closed. Node's own `close` leaves a busy keep-alive connection open
 * after its answer, for as long as it may idle, and a process would not end before that.
 *
 * @param server before it has any other listener for requests
 * @returns closes it; settles when the last connection is gone
 */
export function createCloser(server: Server): () => Promise<void> {
  let closing = false;
  const unasked = new Set<Socket>();
  const underWay = new Set<ServerResponse>();
  server.on("connection", (socket) => {
    unasked.add(socket);
    socket.once("close", () => unasked.delete(socket));
  });
  server.on("request", (request, response) => {
    unasked.delete(request.socket);
    underWay.add(response);
    if (closing) response.shouldKeepAlive = false;
    response.once("close", () => {
      underWay.delete(response);
      // Its headers may have been on their way already when closing began.
      if (closing) server.closeIdleConnections();
    });
  });
  return async () => {
    closing = true;
    for (const response of underWay) response.shouldKeepAlive = false;
    const closed = new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
    });
    server.closeIdleConnections();
    const timers = [
      setTimeout(() => {
        for (const socket of unasked) if (socket.bytesRead === 0) socket.destroy();
      }, SILENT_MS),
      setTimeout(() => server.closeAllConnections(), CUT_MS),
    ];
    await closed.finally(() => timers.forEach(clearTimeout));
  };
}
