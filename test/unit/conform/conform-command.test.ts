import { expect, test } from "vitest";
import { EVERYWHERE } from "#app/conform/rules.ts";
import { DEEDS } from "#app/conform/scenario.ts";
import { SCENARIOS } from "#app/conform/scenarios.ts";
import { callApi } from "#test/support/api-calls.ts";
import { runBeckon, startBeckon } from "#test/support/run-beckon.ts";

interface Now {
  readonly scenario: string;
  readonly requestId: string;
  readonly step: string;
  readonly deed?: string;
  readonly person?: string;
  readonly question?: string;
  readonly rule?: string;
}

test("a developer sees every scenario and its rules without starting anything", async () => {
  const { code, stdout } = await runBeckon(["conform", "--list"]);
  expect([code, stdout]).toEqual([0, expect.stringContaining("expired-links")]);
  const listed = JSON.parse((await runBeckon(["conform", "--list", "--json"])).stdout) as { name: string }[];
  expect(listed.map(({ name }) => name)).toContain("403-after-success");
});

test("whoever writes a UI test reads in the list every deed and question that will come", async () => {
  const { stdout } = await runBeckon(["conform", "--list"]);
  for (const [deed, person] of Object.entries(DEEDS)) expect(stdout).toMatch(new RegExp(`^${deed} +${person}$`, "m"));
  const questions = SCENARIOS.flatMap(({ steps }) => steps).flatMap(({ awaits }) =>
    typeof awaits === "object" ? [awaits] : [],
  );
  for (const { ask, rule } of questions)
    expect(stdout.split("\n").find((line) => line.startsWith(`${rule} `))).toContain(ask);
  expect(stdout).toContain(EVERYWHERE.join(", "));
});

test("a developer whose app never comes is told which step failed, and the command ends 1", async () => {
  const words = ["conform", "--scenario", "pages", "--timeout", "0.01"];
  const { code, stdout } = await runBeckon(words);
  expect(code).toBe(1);
  expect(stdout).toMatch(/Point your app at http:\/\/127\.0\.0\.1:\d+\n/);
  expect(stdout).toContain('stopped at "the app fetches its requests": it did not come within 0.01 s');
  expect(stdout).toContain("0 of 1 scenarios passed.");
});

test("a UI test does the person's part over HTTP, and reads the result as one line of JSON", async () => {
  const conform = startBeckon(["conform", "--scenario", "decline", "--json"]);
  const url = await conform.errorLine(/^Point your app at /).then((line) => line.replace("Point your app at ", ""));
  const call = (method: string, path: string, body?: unknown) => callApi(url, method, path, { token: "ann", body });
  const now = async () => (await call("GET", "/conform/now")).body as Now;

  const start = await now();
  expect(start).toMatchObject({ scenario: "decline", deed: "start", person: "Start the app, signed in." });
  const push = (await call("GET", "/conform/push?platform=fcmv1")).body as { message: { data: object } };
  expect(push.message.data).toMatchObject({ type: "beckon.log-request", requestId: start.requestId });
  expect((await call("POST", "/conform/answer", { yes: true })).status).toBe(409);

  const list = (await call("GET", "/v1/me/log-requests")).body as { value: { consentText: { text: string } }[] };
  const { text: _text, ...consentText } = list.value[0]?.consentText ?? { text: "" };
  const path = `/v1/log-requests/${start.requestId}`;
  expect((await now()).deed).toBe("open");
  await call("POST", `${path}:seen`, {});
  expect((await now()).deed).toBe("decline");
  const consent = { decision: "decline", consentText, deviceNow: new Date().toISOString() };
  expect((await call("POST", `${path}:consent`, consent)).status).toBe(201);
  await call("GET", "/v1/me/log-requests");
  expect(await now()).toMatchObject({ question: "Are the prompt and its notification gone?", rule: "prompt-gone" });
  expect((await call("POST", "/conform/answer", { yes: true })).status).toBe(204);

  expect(await conform.ended).toBe(0);
  expect(JSON.parse(conform.stdout())).toMatchObject({ ok: true, scenarios: [{ name: "decline", ok: true }] });
  expect(conform.stdout().match(/\n/g)).toHaveLength(1);
});

test("an app that goes by the server's clock, which counts whole seconds, sees at once that a snooze is over", async () => {
  const conform = startBeckon(["conform", "--scenario", "later", "--json"]);
  const url = await conform.errorLine(/^Point your app at /).then((line) => line.replace("Point your app at ", ""));
  const call = (method: string, path: string, body?: unknown) => callApi(url, method, path, { token: "ann", body });
  const { requestId } = (await call("GET", "/conform/now")).body as Now;
  await call("GET", "/v1/me/log-requests");
  await call("POST", `/v1/log-requests/${requestId}:seen`, {});
  await call("POST", `/v1/log-requests/${requestId}:snooze`, {
    snoozeUntil: new Date(Date.now() + 600_000).toISOString(),
  });
  await call("GET", "/v1/me/log-requests");
  await call("POST", "/conform/answer", { yes: true });
  const { headers, body } = await call("GET", "/v1/me/log-requests");
  const [listed] = (body as { value: { snoozedUntil: string }[] }).value;
  expect(Date.parse(listed?.snoozedUntil ?? "")).toBeLessThanOrEqual(Date.parse(headers.get("date") ?? ""));
  await call("POST", "/conform/skip");
  expect(await conform.ended).toBe(1);
});

test("a refusal that the script wants is not told as an error of the command", async () => {
  const conform = startBeckon(["conform", "--scenario", "busy", "--json"]);
  const url = await conform.errorLine(/^Point your app at /).then((line) => line.replace("Point your app at ", ""));
  expect((await callApi(url, "GET", "/v1/me/log-requests", { token: "ann" })).status).toBe(503);
  await callApi(url, "POST", "/conform/skip");
  expect(await conform.ended).toBe(1);
  expect(conform.stderr()).not.toContain("Problem:");
});

test("whatever nobody does can be passed over, and says so in the result", async () => {
  const conform = startBeckon(["conform", "--scenario", "later", "--json"]);
  const url = await conform.errorLine(/^Point your app at /).then((line) => line.replace("Point your app at ", ""));
  await callApi(url, "POST", "/conform/skip");
  expect(await conform.ended).toBe(1);
  expect(JSON.parse(conform.stdout())).toMatchObject({
    ok: false,
    scenarios: [{ stoppedAt: { step: "the app fetches its requests", why: "it never came" } }],
  });
});

test("what an app may leave out is not tried when it is passed over, and the command ends 0", async () => {
  const conform = startBeckon(["conform", "--scenario", "test-push"]);
  const url = await conform.line(/^Point your app at /).then((line) => line.replace("Point your app at ", ""));
  await callApi(url, "GET", "/v1/me/log-requests", { token: "ann" });
  expect((await callApi(url, "GET", "/conform/now")).body).toMatchObject({ deed: "testPush", optional: true });
  await callApi(url, "POST", "/conform/skip");
  expect(await conform.ended).toBe(0);
  expect(conform.stdout()).toContain("an app may do without it");
  expect(conform.stdout()).toContain("– test-push  not tried: the app has no test of its pushes");
  expect(conform.stdout()).toContain("0 of 1 scenarios passed, 1 not tried.");
});

test("a test push that an app asked for can be injected, with its own id, on each platform", async () => {
  const conform = startBeckon(["conform", "--scenario", "test-push", "--json"]);
  const url = await conform.errorLine(/^Point your app at /).then((line) => line.replace("Point your app at ", ""));
  const call = (method: string, path: string, body?: unknown) => callApi(url, method, path, { token: "ann", body });
  const installation = `/v1/installations/${crypto.randomUUID()}`;
  expect((await call("POST", `${installation}:testPush`)).status).toBe(404);
  await call("PUT", installation, { platform: "fcmv1", pushChannel: "token", collectors: [] });
  await call("GET", "/v1/me/log-requests");
  const { testId, ...told } = (await call("POST", `${installation}:testPush`)).body as { testId: string };
  expect(told).toEqual({ hubSync: "synced", hub: "accepted", pushService: "accepted" });
  expect((await call("GET", "/conform/push?platform=apns")).body).toMatchObject({ type: "beckon.test", v: 1, testId });
  const android = (await call("GET", "/conform/push")).body as { message: { data: object } };
  expect(android.message.data).toEqual({ type: "beckon.test", v: "1", testId });
  await call("POST", "/conform/answer", { yes: true });
  expect((await call("POST", `${installation}:testPush`)).body).toMatchObject({ pushService: "channel_invalid" });
  await call("POST", "/conform/answer", { yes: false });
  await call("POST", "/conform/skip");
  expect(await conform.ended).toBe(1);
  const [{ rules } = { rules: [] }] = (
    JSON.parse(conform.stdout()) as { scenarios: { rules: { rule: string; state: string }[] }[] }
  ).scenarios;
  expect(rules.find(({ rule }) => rule === "shows-test-push")?.state).toBe("kept");
  expect(rules.find(({ rule }) => rule === "names-broken-link")).toMatchObject({
    state: "broken",
    wrong: '"Does the app say that its token is what is broken?" was answered no.',
  });
});
