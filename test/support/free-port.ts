import { createServer, type AddressInfo } from "node:net";

/** A port of this machine that nobody listens on, for what must be named before it is started. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "localhost", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
