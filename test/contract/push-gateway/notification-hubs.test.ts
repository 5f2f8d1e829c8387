import { createHmac, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPushGateway, type PushGatewayOptions } from "#adapters/notification-hubs/create-push-gateway.ts";
import { startEmulator, type Emulator } from "#emulator/start-emulator.ts";
import { ListingRefused, type PushGateway, type PushOutcome } from "#ports/push-gateway.ts";
import { sdkClient } from "../emulator/emulator-test.ts";
import { anInstallation, aPush, describePushGateway } from "./push-gateway-contract.ts";

const HUB = "beckon";
const clock = { now: () => Date.now() };
const signal = new AbortController().signal;
const someone = aPush({ target: { userId: "ada" } });

function gatewayOf(connectionStrings: readonly string[], change: Partial<PushGatewayOptions> = {}) {
  return createPushGateway({
    connectionStrings,
    hub: HUB,
    deploymentKey: "a deployment's own secret",
    allowInsecureHosts: ["127.0.0.1"],
    browserNavigateUrl: "https://app.example/log-requests/{requestId}",
    clock,
    ...change,
  });
}

describePushGateway("Notification Hubs, through its SDK and our emulator,", async () => {
  const emulator = await startEmulator({ hubs: [HUB] });
  return {
    gateway: gatewayOf([emulator.connectionString]),
    receivedBy: async ({ id }) => emulator.inbox({ installationId: `beckon-${id}` }).map(({ body }) => body),
    close: () => emulator.close(),
  };
});

describe("what the hub answers", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({
      hubs: [HUB],
      policies: [
        { name: "ListenOnly", rights: ["Listen"] },
        { name: "SendOnly", rights: ["Send"] },
        { name: "ListenAndSend", rights: ["Listen", "Send"] },
      ],
    });
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  const wrong = (text: string) => text.replace(/SharedAccessKey=[^;]*/, "SharedAccessKey=d3Jvbmc=");

  const answers: readonly [string, Parameters<Emulator["failNext"]>[0], Partial<PushOutcome>][] = [
    [
      "403 with Retry-After is the hub's throttle",
      { status: 403, retryAfterSeconds: 7 },
      { kind: "later", status: 403, retryAfterSeconds: 7 },
    ],
    [
      "429 with Retry-After",
      { status: 429, retryAfterSeconds: 2 },
      { kind: "later", status: 429, retryAfterSeconds: 2 },
    ],
    [
      "401 with Retry-After is a wait like any",
      { status: 401, retryAfterSeconds: 3 },
      { kind: "later", status: 401, retryAfterSeconds: 3 },
    ],
    ["429 without", { status: 429 }, { kind: "later", status: 429 }],
    ["408", { status: 408 }, { kind: "later", status: 408 }],
    ["409", { status: 409 }, { kind: "later", status: 409 }],
    ["500", { status: 500 }, { kind: "later", status: 500 }],
    ["501", { status: 501 }, { kind: "later", status: 501 }],
    ["503", { status: 503, retryAfterSeconds: 0 }, { kind: "later", status: 503, retryAfterSeconds: 0 }],
    ["403 without Retry-After is a missing right", { status: 403 }, { kind: "operator", status: 403 }],
    ["401", { status: 401 }, { kind: "operator", status: 401 }],
    ["404", { status: 404 }, { kind: "operator", status: 404 }],
    ["400", { status: 400 }, { kind: "never", status: 400 }],
    ["413", { status: 413 }, { kind: "never", status: 413 }],
    ["410", { status: 410 }, { kind: "never", status: 410 }],
    ["a cut connection", { reset: "before" }, { kind: "later" }],
    ["a connection cut after the hub had taken it", { reset: "after" }, { kind: "later" }],
  ];

  test.each(answers)("%s", async (_title, fault, expected) => {
    const gateway = gatewayOf([emulator.connectionString]);
    emulator.failNext(fault);
    const outcome = await gateway.send(someone, signal);
    expect(outcome).toMatchObject(expected);
    expect(emulator.faults(), "one attempt used the fault up").toEqual([]);
  });

  test.each(answers)("the same for an installation: %s", async (_title, fault, expected) => {
    const gateway = gatewayOf([emulator.connectionString]);
    emulator.failNext(fault);
    expect(await gateway.putInstallation(anInstallation({ id: "i", userId: "ada" }), signal)).toMatchObject(expected);
  });

  test("each call is one attempt: what is after a failure is not tried inside the SDK", async () => {
    const gateway = gatewayOf([emulator.connectionString]);
    await gateway.putInstallation(anInstallation({ id: "once", userId: "ada" }), signal);
    emulator.failNext({ operation: "send", reset: "after" });
    await gateway.send(someone, signal);
    expect(emulator.inbox()).toHaveLength(1);
  });

  test("a 2xx that the SDK does not expect is a push that went out", async () => {
    emulator.failNext({ operation: "send", status: 200 });
    expect(await gatewayOf([emulator.connectionString]).send(someone, signal)).toEqual({ kind: "accepted" });
  });

  test("a hub that does not answer in time is tried later", async () => {
    emulator.failNext({ operation: "send", latencyMs: 5_000 });
    const outcome = await gatewayOf([emulator.connectionString], { timeoutMs: 50 }).send(someone, signal);
    expect(outcome).toEqual({ kind: "later", reason: "The hub did not answer within 0.05 s." });
  });

  test("a hub that nobody listens for is tried later", async () => {
    const gone = await startEmulator();
    const gateway = gatewayOf([gone.connectionString]);
    await gone.close();
    expect(await gateway.send(someone, signal)).toEqual({
      kind: "later",
      reason: "The hub cannot be reached (ECONNREFUSED).",
    });
  });

  test("a wrong key is the operator's to mend, and the reason holds no part of it", async () => {
    const outcome = await gatewayOf([wrong(emulator.connectionString)]).send(someone, signal);
    expect(outcome).toMatchObject({ kind: "operator", status: 401 });
    expect(JSON.stringify(outcome)).not.toMatch(/d3Jvbmc|Signature/);
  });

  test("a hub that does not exist is the operator's to mend, and has nothing to remove", async () => {
    const gateway = gatewayOf([emulator.connectionString], { hub: "elsewhere" });
    expect(await gateway.send(someone, signal)).toMatchObject({ kind: "operator", status: 404 });
    expect(await gateway.removeInstallation("i", signal)).toEqual({ kind: "accepted" });
  });

  test("when one key is refused the other is tried, and stays in use", async () => {
    const warnings: string[] = [];
    const gateway = gatewayOf([wrong(emulator.connectionString), emulator.connectionString], {
      log: { warn: (_fields, message) => warnings.push(message) },
    });
    await gateway.putInstallation(anInstallation({ id: "rotated", userId: "ada" }), signal);
    expect(await gateway.send(someone, signal)).toMatchObject({ kind: "accepted" });
    expect(emulator.inbox()).toHaveLength(1);
    expect(warnings).toEqual(["The hub refused one access key and took the other. Replace the refused one."]);
  });

  test("both keys refused is one refusal; what the other key is told counts otherwise", async () => {
    const bad = wrong(emulator.connectionString);
    expect(await gatewayOf([bad, bad]).send(someone, signal)).toMatchObject({ kind: "operator", status: 401 });
    const gateway = gatewayOf([bad, emulator.connectionString]);
    emulator.failNext({ operation: "send", status: 401 });
    emulator.failNext({ operation: "send", status: 429, retryAfterSeconds: 4 });
    expect(await gateway.send(someone, signal)).toMatchObject({ kind: "later", retryAfterSeconds: 4 });
  });

  test("the check names the right that is missing", async () => {
    const as = (policy: string) => gatewayOf([emulator.connectionStringFor(policy)]);
    await expect(as("ListenAndSend").check(signal)).resolves.toBeUndefined();
    await expect(as("ListenOnly").check(signal)).rejects.toThrow(/A send to nobody failed: .*Listen and Send/);
    await expect(as("SendOnly").check(signal)).rejects.toThrow(/Reading an installation failed: .*Listen and Send/);
    await expect(gatewayOf([emulator.connectionString], { hub: "elsewhere" }).check(signal)).rejects.toThrow(/no hub/);
  });

  async function listed(gateway: PushGateway): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of gateway.listInstallations(signal)) ids.push(id);
    return ids;
  }

  test("an empty hub lists nothing, and a full one every installation of ours over all its pages", async () => {
    const gateway = gatewayOf([emulator.connectionString]);
    expect(await listed(gateway)).toEqual([]);
    const ids = Array.from({ length: 230 }, () => randomUUID());
    for (const id of ids) await gateway.putInstallation(anInstallation({ id, userId: "ada" }), signal);
    expect((await listed(gateway)).toSorted()).toEqual(ids.toSorted());
  });

  test("what is not named as ours is not listed, whatever its tags say", async () => {
    const client = sdkClient(emulator.connectionString, HUB);
    const id = randomUUID();
    for (const installationId of [id, "beckon-not-a-uuid", `other-beckon-${id}`, `beckon-${id}-2`]) {
      const tags = [`beckon-${id}`, `InstallationId:beckon-${id}`];
      await client.createOrUpdateInstallation({ installationId, platform: "fcmv1", pushChannel: installationId, tags });
    }
    expect(await listed(gatewayOf([emulator.connectionString]))).toEqual([]);
  });

  test("a key without Manage lists nothing and says why; a throttled listing says when", async () => {
    const refused = await listed(gatewayOf([emulator.connectionStringFor("ListenAndSend")])).catch((error) => error);
    expect(refused).toBeInstanceOf(ListingRefused);
    expect(refused).toMatchObject({ refusal: { kind: "operator" } });
    emulator.failNext({ status: 403, retryAfterSeconds: 9 });
    const throttled = await listed(gatewayOf([emulator.connectionString])).catch((error) => error);
    expect(throttled).toMatchObject({ name: "ListingRefused", refusal: { kind: "later", retryAfterSeconds: 9 } });
  });

  test("a listing goes on with the other key when one is refused", async () => {
    const gateway = gatewayOf([wrong(emulator.connectionString), emulator.connectionString]);
    const id = randomUUID();
    await gatewayOf([emulator.connectionString]).putInstallation(anInstallation({ id, userId: "ada" }), signal);
    expect(await listed(gateway)).toEqual([id]);
  });

  test("the hub hears neither the user's id nor an installation's bare one", async () => {
    const gateway = gatewayOf([emulator.connectionString]);
    await gateway.putInstallation(anInstallation({ id: "i1", userId: "ada@example.org" }), signal);
    const [installation] = emulator.installations(HUB);
    const expected = createHmac("sha256", "a deployment's own secret").update("ada@example.org").digest("hex");
    expect(installation).toMatchObject({ installationId: "beckon-i1", userId: expected });
    expect(JSON.stringify(installation)).not.toContain("ada@");
  });

  test.each([
    "https://app.example/requests",
    "https://app.example/requests/",
    "https://app.example/requests/{requestId}",
  ])("a browser is led from %s to the request", async (browserNavigateUrl) => {
    const gateway = gatewayOf([emulator.connectionString], { browserNavigateUrl });
    await gateway.putInstallation(anInstallation({ id: "b1", userId: "ada", platform: "browser" }), signal);
    await gateway.send({ ...someone, platform: "browser" }, signal);
    const [message] = emulator.inbox();
    expect(message?.body).toContain(`"navigate":"https://app.example/requests/${someone.requestId}"`);
  });

  test("telemetry counts what the push services said, and says nothing where the hub has none", async () => {
    const gateway = gatewayOf([emulator.connectionString]);
    await gateway.putInstallation(anInstallation({ id: "t1", userId: "ada", platform: "apns" }), signal);
    await gateway.putInstallation(anInstallation({ id: "t2", userId: "ada", platform: "apns" }), signal);
    emulator.failNext({ platform: "apns", outcome: "Throttled" });
    const sent = await gateway.send({ ...someone, platform: "apns" }, signal);
    if (sent.kind !== "accepted" || !sent.notificationId) throw new Error("accepted, with an id");
    expect(await gateway.outcomes(sent.notificationId, "apns", signal)).toEqual({ Success: 1, Throttled: 1 });
    expect(await gateway.outcomes("unknown", "apns", signal)).toBeUndefined();
    emulator.failNext({ status: 403 });
    expect(await gateway.outcomes(sent.notificationId, "apns", signal)).toBeUndefined();
  });

  test("telemetry of a push to nobody says so", async () => {
    const gateway = gatewayOf([emulator.connectionString]);
    const sent = await gateway.send({ ...someone, platform: "wns" }, signal);
    if (sent.kind !== "accepted" || !sent.notificationId) throw new Error("accepted, with an id");
    expect(await gateway.outcomes(sent.notificationId, "wns", signal)).toEqual({ NoTargets: 1 });
  });

  test("in a hub of the Free tier a push has no id", async () => {
    emulator.createHub("free", { tier: "Free" });
    const gateway = gatewayOf([emulator.connectionString], { hub: "free" });
    expect(await gateway.send(someone, signal)).toEqual({ kind: "accepted" });
  });
});

describe("settings that cannot work are refused in the operator's words, without the key", () => {
  const key = "SharedAccessKeyName=Root;SharedAccessKey=s3cr3t";
  const cases: readonly [string, readonly string[], Partial<PushGatewayOptions>, RegExp][] = [
    [
      "plain http without the emulator's word",
      [`Endpoint=http://127.0.0.1:1/;${key}`],
      {},
      /UseDevelopmentEmulator=true/,
    ],
    [
      "plain http to another host",
      [`Endpoint=http://hub.example/;${key};UseDevelopmentEmulator=true`],
      {},
      /ALLOW_INSECURE_HOSTS/,
    ],
    ["no key", ["Endpoint=sb://ns.servicebus.windows.net/"], {}, /must have the form Endpoint=sb:/],
    ["another scheme", [`Endpoint=ftp://ns.servicebus.windows.net/;${key}`], {}, /must be sb:/],
    ["no connection string", [], {}, /One or two connection strings/],
    [
      "a page of no host",
      [`Endpoint=sb://ns.servicebus.windows.net/;${key}`],
      { browserNavigateUrl: "/log-requests" },
      /must be absolute/,
    ],
    [
      "a page of a thousand letters",
      [`Endpoint=sb://ns.servicebus.windows.net/;${key}`],
      { browserNavigateUrl: `https://a.example/${"x".repeat(1000)}` },
      /shorten/,
    ],
  ];

  test.each(cases)("%s", (_title, connectionStrings, change, message) => {
    const create = () => gatewayOf(connectionStrings, change);
    expect(create).toThrow(message);
    expect(create).not.toThrow(/s3cr3t/);
  });

  test("a namespace's own connection string is taken as the portal shows it", () => {
    expect(() => gatewayOf([`Endpoint=sb://ns.servicebus.windows.net/;${key}`])).not.toThrow();
  });
});
