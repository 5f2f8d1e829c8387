import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createApp } from "#http/create-app.ts";
import { createRateLimits } from "#http/rate-limits.ts";
import { servePhone } from "#http/serve-phone.ts";

const SERVERS = { emulatorUrl: "http://127.0.0.1:8085", blobUrl: "http://127.0.0.1:10000" };
const PAGE = `<!doctype html><script type="application/json" id="phone-settings" nonce="__CSP_NONCE__">__PHONE_SETTINGS__</script><script type="module" nonce="__CSP_NONCE__" src="/phone/assets/main-abc.js"></script>`;

let folder = "";
let url = "";
const limits = createRateLimits({ address: 10_000, agent: 1, device: 1, key: 1 });
const server = createServer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "beckon-phone-"));
  const quiet = { onAnswered: () => undefined, onError: () => undefined };
  const routers = [servePhone(folder, SERVERS)];
  server.on("request", createApp({ routers, limits, corsOrigins: [], trustProxy: 0, ...quiet }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function build(): Promise<void> {
  await mkdir(join(folder, "assets"), { recursive: true });
  await writeFile(join(folder, "page.html"), PAGE);
  await writeFile(join(folder, "stage.html"), PAGE);
  await writeFile(join(folder, "service-worker.js"), "self.skipWaiting();\n");
  await writeFile(join(folder, "assets/main-abc.js"), "export {};\n");
}
beforeEach(() => rm(folder, { recursive: true, force: true }));

test.for(["/phone", "/demo", "/phone/service-worker.js"])(
  "whoever opens %s before it was built reads how to build it, and needs no restart after",
  async (path) => {
    const before = await fetch(url + path);
    expect(before.status).toBe(503);
    expect(before.headers.get("content-type")).toContain("text/plain");
    expect(await before.text()).toContain("npm run build:phone");
    await build();
    expect((await fetch(url + path)).status).toBe(200);
  },
);

test.for([
  { path: "/phone?user=ann", ancestors: "frame-ancestors 'self'", frames: false, frameOptions: "SAMEORIGIN" },
  { path: "/demo", ancestors: "frame-ancestors 'none'", frames: true, frameOptions: "DENY" },
])("$path may call its servers and nobody else's, and is told where they are", async (expected) => {
  await build();
  const answer = await fetch(url + expected.path);
  const policy = answer.headers.get("content-security-policy") ?? "";
  const nonce = /'nonce-([\w-]{24})'/.exec(policy)?.[1] ?? "none";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src 'self' 'nonce-${nonce}'`);
  expect(policy).toContain("connect-src 'self' http://127.0.0.1:8085 http://127.0.0.1:10000");
  expect(policy).toContain("worker-src 'self'");
  expect(policy).toContain(expected.ancestors);
  expect(policy.includes("frame-src 'self'")).toBe(expected.frames);
  expect(policy).not.toContain("unsafe");
  expect(answer.headers.get("x-frame-options")).toBe(expected.frameOptions);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const html = await answer.text();
  expect(html).not.toContain("__CSP_NONCE__");
  const [, settings = ""] = /id="phone-settings" nonce="[\w-]{24}">(.*?)<\/script>/.exec(html) ?? [];
  expect(JSON.parse(settings)).toEqual({
    emulatorUrl: "http://127.0.0.1:8085",
    inboxUrl: "http://127.0.0.1:8085/$emulator/inbox",
  });
});

test("the service worker may rule the phone's page and call its servers, and is looked at anew each time", async () => {
  await build();
  const { headers } = await fetch(`${url}/phone/service-worker.js`);
  expect(headers.get("service-worker-allowed")).toBe("/phone");
  expect(headers.get("content-type")).toContain("javascript");
  expect(headers.get("cache-control")).toBe("no-cache");
  expect(headers.get("content-security-policy")).toContain("connect-src 'self' http://127.0.0.1:8085");
});

test("files with a hash in their name are kept for good, and nothing beside them is given away", async () => {
  await build();
  await writeFile(join(folder, "secret.txt"), "not an asset");
  const asset = await fetch(`${url}/phone/assets/main-abc.js`);
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  for (const path of [
    "/phone/assets/none.js",
    "/phone/secret.txt",
    "/phone/assets/..%2fsecret.txt",
    "/phone/x",
    "/page.html",
  ]) {
    expect([path, (await fetch(url + path)).status]).toEqual([path, 404]);
  }
});
