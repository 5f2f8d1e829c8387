import type { CookieOptions, Request, Response } from "express";
import { expect, test } from "vitest";
import { createConsoleSessions, SESSION_SECONDS } from "#http/console-session.ts";

const KEY = "a key of a test, 32 characters and more";
const ANNA = { id: "anna", name: "Anna", roles: ["lead"] } as const;
const LOOPBACK = ["127.0.0.1"];

function openSessions({ origin = "https://beckon.example", deploymentKey = KEY, now = Date.now() } = {}) {
  const sessions = createConsoleSessions({
    deploymentKey,
    origin,
    allowInsecureHosts: LOOPBACK,
    clock: { now: () => now },
  });
  const written: { name: string; value: string; options: CookieOptions }[] = [];
  const response = {
    cookie: (name: string, value: string, options: CookieOptions) => void written.push({ name, value, options }),
  } as unknown as Response;
  return {
    sessions,
    async start() {
      await sessions.start(response, ANNA);
      const [cookie] = written;
      if (!cookie) throw new Error("No cookie was set");
      return cookie;
    },
  };
}

function requestWith(cookie: string): Request {
  return { get: (name: string) => (name === "cookie" ? cookie : undefined) } as unknown as Request;
}

test("over https the cookie is bound to this host and never leaves it in the clear", async () => {
  const { name, options } = await openSessions().start();
  expect(name).toBe("__Host-beckon-session");
  expect(options).toMatchObject({ secure: true, httpOnly: true, sameSite: "strict", path: "/" });
  expect(options.domain).toBeUndefined();
});

test("plain http on this machine keeps a cookie too, one a port; any other host must be https", async () => {
  const here = await openSessions({ origin: "http://127.0.0.1:4280" }).start();
  expect([here.name, here.options.secure]).toEqual(["beckon-session-4280", false]);
  const there = await openSessions({ origin: "http://beckon.example" }).start();
  expect(there.options.secure).toBe(true);
});

test("the cookie says who signed in until its time is over, and to nobody with another key", async () => {
  const now = Date.now();
  const { name, value } = await openSessions({ now }).start();
  const read = (
    options: Parameters<typeof openSessions>[0],
    cookie = `other=1; ${name}=${encodeURIComponent(value)}`,
  ) => openSessions(options).sessions.read(requestWith(cookie));
  expect(await read({ now })).toEqual({ ...ANNA, endsAt: now + SESSION_SECONDS * 1000 });
  expect(await read({ now: now + SESSION_SECONDS * 1000 })).toBeUndefined();
  expect(await read({ now, deploymentKey: "another key, of 32 characters and more" })).toBeUndefined();
  expect(await read({ now }, `${name}=nonsense`)).toBeUndefined();
  expect(await read({ now }, "")).toBeUndefined();
});

test("a cookie of a sign-in under way signs nobody in", async () => {
  const { sessions } = openSessions();
  let pending = "";
  const response = { cookie: (_name: string, value: string) => void (pending = value) } as unknown as Response;
  await sessions.rememberPending(response, { state: "s", nonce: "n", codeVerifier: "v", returnTo: "/" });
  expect(await sessions.readPending(requestWith(`beckon-sign-in=${pending}`))).toMatchObject({ state: "s" });
  expect(await sessions.read(requestWith(`__Host-beckon-session=${pending}`))).toBeUndefined();
});
