import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "#http/create-app.ts";
import { createRateLimits } from "#http/rate-limits.ts";

const NAMED = "https://app.acme.example";

async function serve(corsOrigins: readonly string[]): Promise<string> {
  const app = createApp({
    routers: [],
    limits: createRateLimits({ address: 100, agent: 1, device: 1, key: 1 }),
    corsOrigins,
    trustProxy: 0,
    onAnswered: () => undefined,
    onError: () => undefined,
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/me/log-requests`;
}

/** What a browser asks before a page of this origin may send a token. */
const ask = (url: string, origin: string) =>
  fetch(url, {
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    },
  });

test("a page of a named origin may call with a token, and never with a cookie", async () => {
  const answer = await ask(await serve([NAMED]), NAMED);
  expect(answer.headers.get("access-control-allow-origin")).toBe(NAMED);
  expect(answer.headers.get("access-control-allow-headers")?.toLowerCase().split(",")).toEqual(
    expect.arrayContaining(["authorization", "content-type", "idempotency-key"]),
  );
  expect(answer.headers.get("access-control-allow-methods")?.split(",")).toEqual(
    expect.arrayContaining(["GET", "POST", "PUT", "DELETE"]),
  );
  expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
});

test("a page of any other origin may not, nor any at all where none is named", async () => {
  for (const [origins, origin] of [
    [[NAMED], "https://app.acme.example.evil.example"],
    [[NAMED], "http://app.acme.example"],
    [[], NAMED],
  ] as const)
    expect((await ask(await serve(origins), origin)).headers.get("access-control-allow-origin")).toBeNull();
});
