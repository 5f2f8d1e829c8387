import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "#http/create-app.ts";
import { limitedAddress } from "#http/limited-address.ts";
import { createRateLimits } from "#http/rate-limits.ts";

test.for([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["no address", "no address"],
  [undefined, "unknown"],
])("an address counts for all that its owner has: %s as %s", ([address, counted]) => {
  expect(limitedAddress(address)).toBe(counted);
});

test("a caller who changes addresses within their own network is limited all the same", async () => {
  const app = createApp({
    routers: [],
    limits: createRateLimits({ address: 3, agent: 1, device: 1, key: 1 }),
    corsOrigins: [],
    trustProxy: 1,
    onAnswered: () => undefined,
    onError: () => undefined,
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const from = async (address: string) =>
    (await fetch(`http://127.0.0.1:${port}/nothing`, { headers: { "x-forwarded-for": address } })).status;
  const statuses: number[] = [];
  for (const end of [":1", ":2", "a:b:c:d", ":ffff"]) statuses.push(await from(`2001:db8:1:2:${end}`));
  expect(statuses).toEqual([404, 404, 404, 429]);
  expect(await from("2001:db8:1:3::1")).toBe(404);
});
