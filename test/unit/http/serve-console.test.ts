import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createApp } from "#http/create-app.ts";
import { createRateLimits } from "#http/rate-limits.ts";
import { serveConsole } from "#http/serve-console.ts";

const PAGE = `<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script type="module" nonce="__CSP_NONCE__" src="/assets/main-abc.js"></script>`;

let folder = "";
let url = "";
const limits = createRateLimits({ address: 10_000, agent: 1, device: 1, key: 1 });
const server = createServer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "beckon-console-"));
  const quiet = { onAnswered: () => undefined, onError: () => undefined };
  server.on(
    "request",
    createApp({ routers: [serveConsole(folder)], limits, corsOrigins: [], trustProxy: 0, ...quiet }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function build(): Promise<void> {
  await mkdir(join(folder, "assets"), { recursive: true });
  await writeFile(join(folder, "index.html"), PAGE);
  await writeFile(join(folder, "assets/main-abc.js"), "export {};\n");
}
beforeEach(() => rm(join(folder, "index.html"), { force: true }));

test("whoever opens the console before it was built reads how to build it, and needs no restart after", async () => {
  const before = await fetch(url);
  expect(before.status).toBe(503);
  expect(before.headers.get("content-type")).toContain("text/plain");
  expect(await before.text()).toContain("npm run build:console");
  await build();
  expect((await fetch(url)).status).toBe(200);
});

test.for([
  "/",
  "/sign-in?error=expired",
  "/requests?view=mine",
  "/tickets/1",
  "/log-requests/1",
  "/files/1",
  "/new?externalId=1&user=2",
  "/people",
  "/people/u%2F1",
  "/templates",
  "/insights",
  "/audit",
  "/settings",
])("%s is a page of the console, under a policy with a nonce of its own", async (path) => {
  await build();
  const answers = await Promise.all([fetch(url + path), fetch(url + path)]);
  const nonces = await Promise.all(
    answers.map(async (answer) => {
      const policy = answer.headers.get("content-security-policy") ?? "";
      const nonce = /'nonce-([\w-]{24})'/.exec(policy)?.[1] ?? "none";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain(`script-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await answer.text()).toBe(PAGE.replaceAll("__CSP_NONCE__", nonce));
      return nonce;
    }),
  );
  expect(new Set(nonces).size).toBe(2);
});

test("only where there is a page /demo may a page of this origin show the console in a frame", async () => {
  await build();
  const headersOf = async (router: ReturnType<typeof serveConsole>) => {
    const app = createServer(
      createApp({ routers: [router], limits, corsOrigins: [], trustProxy: 0, onAnswered: () => {}, onError: () => {} }),
    );
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    const { headers } = await fetch(`http://127.0.0.1:${(app.address() as AddressInfo).port}`);
    app.close();
    return [
      headers.get("x-frame-options"),
      /frame-ancestors [^;]+/.exec(headers.get("content-security-policy") ?? "")?.[0],
    ];
  };
  expect(await headersOf(serveConsole(folder))).toEqual(["DENY", "frame-ancestors 'none'"]);
  expect(await headersOf(serveConsole(folder, { isFramed: true }))).toEqual(["SAMEORIGIN", "frame-ancestors 'self'"]);
});

test("files with a hash in their name are kept for good, and nothing beside them is given away", async () => {
  await build();
  await writeFile(join(folder, "secret.txt"), "not an asset");
  const asset = await fetch(`${url}/assets/main-abc.js`);
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(asset.headers.get("content-type")).toContain("javascript");
  for (const path of [
    "/assets/none.js",
    "/secret.txt",
    "/assets/..%2fsecret.txt",
    "/v1/none",
    "/nonsense",
    "/assets",
  ]) {
    const { status, headers } = await fetch(url + path);
    expect([path, status, headers.get("content-type")]).toEqual([path, 404, "application/problem+json; charset=utf-8"]);
  }
});
