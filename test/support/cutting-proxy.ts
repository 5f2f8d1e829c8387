import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface CuttingProxy {
  readonly port: number;
  /** What clients have sent so far, HTTP's own words among it. */
  sentBytes(): number;
  close(): Promise<void>;
}

/**
 * Stands before a server as a bad network does: as soon as clients have sent so many bytes in all, every connection breaks, in
 * the middle of whatever is on its way. New ones are taken at once.
 *
 * @param cutAt byte counts, in any order
 * @param onCut told at each of them, by its place in `cutAt`
 */
export async function startCuttingProxy({
  target,
  cutAt,
  onCut = () => {},
}: {
  readonly target: { readonly host: string; readonly port: number };
  readonly cutAt: readonly number[];
  readonly onCut?: (index: number) => void;
}): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const cuts = cutAt.map((bytes, index) => ({ bytes, index })).toSorted((one, other) => one.bytes - other.bytes);
  let sentBytes = 0;

  const server = createServer((near) => {
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
    }
    far.pipe(near);
    far.on("drain", () => near.resume());
    near.on("end", () => far.end());
    near.on("data", (bytes: Buffer) => {
      sentBytes += bytes.length;
      const cut = cuts[0];
      if (cut && sentBytes >= cut.bytes) {
        cuts.shift();
        onCut(cut.index);
        for (const socket of sockets) socket.destroy();
      } else if (!far.write(bytes)) near.pause();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    sentBytes: () => sentBytes,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
