/** What `bench multipart` is measured against: takes a body and throws it away. Nothing else. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const server = createServer({ requestTimeout: 0 }, (request, response) => {
  request.on("end", () => response.writeHead(201).end());
  request.resume();
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
