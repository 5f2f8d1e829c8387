import { describe, expect } from "vitest";
import type { Me } from "#contract/session.ts";
import { openBrowser } from "#test/support/browser.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest({ worker: false });
const withoutRoles = worldTest({ worker: false, settings: { AGENT_ROLES_CLAIM: "groups" } });
const withoutProvider = worldTest({ worker: false, settings: { AGENT_ISSUER: "http://127.0.0.1:9/" } });
const ticket = { subject: "Calls drop" };
const sessionOf = (browser: ReturnType<typeof openBrowser>) =>
  [...browser.cookies].find(([name]) => name.includes("session"))?.[1];

describe("signing in", () => {
  test("an agent signs in with the development issuer, comes back to the page that was wanted, and is known", async ({
    world,
  }) => {
    const browser = openBrowser(world.apiUrl);
    expect((await browser.call("GET", "/v1/me")).status).toBe(401);
    expect(await browser.signIn("lena", "/requests?view=mine#top")).toBe("/requests?view=mine#top");
    const me = (await browser.call("GET", "/v1/me")).body as Me;
    expect(me).toMatchObject({ id: "lena", name: "Lena Lead", roles: ["lead"] });
    expect(me.settings).toMatchObject({ retentionDays: 30, answerByHours: 24, devMode: true });
    const hours = (Date.parse(me.expiresAt ?? "") - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(7.9);
    expect(hours).toBeLessThan(8.1);
  });

  test("the cookie is sealed, kept from scripts and from other sites", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    await browser.signIn("alex");
    const session = sessionOf(browser);
    expect(session?.attributes).toContain("HttpOnly");
    expect(session?.attributes).toContain("SameSite=Strict");
    const plain = Buffer.from(session?.value ?? "", "base64url").toString("latin1") + String(session?.value);
    for (const word of ["alex", "Alex", "agent"]) expect(plain).not.toContain(word);
    // What the sign-in had to remember is gone with it.
    expect([...browser.cookies.keys()].filter((name) => name.includes("sign-in"))).toEqual([]);
  });

  test("a sign-in is in the audit", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    await browser.signIn("otto");
    const rows = await world.sql("select data from audit_event where type = 'agent.signedIn' and actor_id = 'otto'");
    expect(rows).toEqual([{ data: { roles: ["auditor"] } }]);
  });

  test.for([
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/v1/tickets",
    "/auth/sign-in",
    "/..//evil.example",
    "javascript:alert(1)",
    "",
  ])("leads to the first page, and not to %s", async (returnTo, { world }) => {
    expect(await openBrowser(world.apiUrl).signIn("alex", returnTo)).toBe("/");
  });

  test("an answer of the identity provider counts once, and only for the browser that asked", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    const begin = await browser.load("GET", "/auth/sign-in?returnTo=/audit");
    const authorize = new URL(browser.locationOf(begin));
    expect(authorize.searchParams.get("code_challenge_method")).toBe("S256");
    authorize.searchParams.set("person", "ada");
    const back = browser.locationOf(await browser.load("GET", authorize.href));

    const thief = openBrowser(world.apiUrl);
    expect(thief.locationOf(await thief.load("GET", back))).toMatch(/^\/sign-in\?error=expired&/);
    expect((await thief.call("GET", "/v1/me")).status).toBe(401);

    const forged = new URL(back);
    forged.searchParams.set("state", "another");
    const other = openBrowser(world.apiUrl);
    await other.load("GET", "/auth/sign-in");
    expect(other.locationOf(await other.load("GET", forged.href))).toMatch(/^\/sign-in\?error=failed&/);

    expect(browser.locationOf(await browser.load("GET", back))).toBe("/audit");
    expect(browser.locationOf(await browser.load("GET", back))).toMatch(/^\/sign-in\?error=expired&/);
  });

  test("whom the identity provider sends back unsigned learns why, and the wanted page is kept", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    const begin = await browser.load("GET", "/auth/sign-in?returnTo=/people");
    const state = new URL(browser.locationOf(begin)).searchParams.get("state") ?? "";
    const back = `/auth/callback?${new URLSearchParams({ error: "access_denied", state }).toString()}`;
    const page = new URL(browser.locationOf(await browser.load("GET", back)), world.apiUrl);
    expect(page.pathname).toBe("/sign-in");
    expect(Object.fromEntries(page.searchParams)).toMatchObject({ error: "refused", returnTo: "/people" });
    expect(page.searchParams.get("traceId")).toMatch(/^[\w-]{36}$/);
  });

  test("signing out forgets the cookie", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    await browser.signIn("alex");
    expect((await browser.load("POST", "/auth/sign-out")).status).toBe(403);
    expect((await browser.call("GET", "/v1/me")).status).toBe(200);
    expect((await browser.call("POST", "/auth/sign-out")).status).toBe(204);
    expect((await browser.call("GET", "/v1/me")).status).toBe(401);
  });
});

describe("the cookie in place of a token", () => {
  test("an agent's page writes with it", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    await browser.signIn("alex");
    expect((await browser.call("POST", "/v1/tickets", ticket)).status).toBe(201);
  });

  test("another site's page cannot write with it, whatever it sends", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    await browser.signIn("alex");
    const mark = { "x-beckon-console": "1" };
    const sent: Record<string, string>[] = [
      {},
      { ...mark },
      { origin: world.apiUrl },
      { "sec-fetch-site": "same-origin" },
      { ...mark, "sec-fetch-site": "cross-site", origin: world.apiUrl },
      { ...mark, "sec-fetch-site": "same-site" },
      { ...mark, "sec-fetch-site": "none" },
      { ...mark, origin: "https://evil.example" },
      { ...mark, origin: "null" },
    ];
    for (const headers of sent) {
      const { status, body } = await browser.load("POST", "/v1/tickets", { headers, body: ticket });
      expect([headers, status, body]).toMatchObject([headers, 403, { error: { code: "forbidden" } }]);
    }
    // A browser that sends no Sec-Fetch-Site says where it comes from all the same.
    const old = await browser.load("POST", "/v1/tickets", { headers: { ...mark, origin: world.apiUrl }, body: ticket });
    expect(old.status).toBe(201);
  });

  test("roles count as in a token: an auditor reads and does not write", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    await browser.signIn("otto");
    expect((await browser.call("GET", "/v1/tickets")).status).toBe(200);
    expect((await browser.call("POST", "/v1/tickets", ticket)).status).toBe(403);
  });

  test("it opens nothing of a device's or a back end's, and an altered one nothing at all", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    await browser.signIn("ada");
    expect((await browser.call("GET", "/v1/me/log-requests")).status).toBe(401);
    expect((await browser.call("PUT", "/v1/users/u-1", {})).status).toBe(401);
    const session = sessionOf(browser);
    if (!session) throw new Error("There is no cookie");
    const middle = session.value.length >> 1;
    const other = session.value[middle] === "A" ? "B" : "A";
    session.value = session.value.slice(0, middle) + other + session.value.slice(middle + 1);
    expect((await browser.call("GET", "/v1/me")).status).toBe(401);
  });

  test("a token that is sent along is what counts", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    await browser.signIn("ada");
    const authorization = `Bearer ${await world.tokenOf("beckon-agents", "alex")}`;
    const answer = await browser.load("GET", "/v1/me", { headers: { authorization } });
    expect(answer.body).toMatchObject({ id: "alex", name: "Alex Agent", roles: ["agent"] });
    expect(answer.body).not.toHaveProperty("expiresAt");
    expect((await browser.load("GET", "/v1/me", { headers: { authorization: "Bearer nonsense" } })).status).toBe(401);
  });
});

describe("who cannot be signed in", () => {
  withoutRoles("a person without a role of ours is told so, with an id to ask about", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    const page = new URL(await browser.signIn("alex", "/requests"), world.apiUrl);
    expect(Object.fromEntries(page.searchParams)).toMatchObject({ error: "no_role", returnTo: "/requests" });
    expect(world.lines.join("\n")).toContain(page.searchParams.get("traceId"));
    expect((await browser.call("GET", "/v1/me")).status).toBe(401);
    expect(await world.sql("select 1 from audit_event where type = 'agent.signedIn'")).toEqual([]);
  });

  withoutProvider("while the identity provider is away, the page says so and nothing breaks", async ({ world }) => {
    const browser = openBrowser(world.apiUrl);
    const begin = await browser.load("GET", "/auth/sign-in?returnTo=/audit");
    expect(browser.locationOf(begin)).toMatch(/^\/sign-in\?error=unavailable&traceId=[\w-]+&returnTo=%2Faudit$/);
    expect(browser.cookies.size).toBe(0);
  });
});
