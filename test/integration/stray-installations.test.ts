import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createStrayInstallationWalk } from "#flow/retention/remove-stray-installations.ts";
import type { PushGateway } from "#ports/push-gateway.ts";
import { anInstallation } from "#test/contract/push-gateway/push-gateway-contract.ts";
import { sdkClient } from "#test/contract/emulator/emulator-test.ts";
import { HUB, openPushWorld, type PushWorld } from "./push-world.ts";

const signal = new AbortController().signal;
const SOON_SECONDS = 5 * 60 + 1;
const DAY_SECONDS = 24 * 60 * 60;

let world: PushWorld;
beforeAll(async () => {
  world = await openPushWorld();
});
afterAll(() => world.close());
beforeEach(() => world.hub.clearFaults());

/** In the hub under our name, and in no table. */
async function stray(): Promise<string> {
  const id = randomUUID();
  await world.gateway.putInstallation(anInstallation({ id, userId: "nobody knows" }), signal);
  return id;
}

function processOf({
  hubMode = "own",
  gateway = world.gateway,
  readAtOnce,
}: { hubMode?: "own" | "shared"; gateway?: PushGateway; readAtOnce?: number } = {}) {
  const said: { readonly level: string; readonly message: string; readonly fields: object }[] = [];
  const note = (level: string) => (fields: object, message: string) => void said.push({ level, message, fields });
  const walk = createStrayInstallationWalk({
    gateway,
    store: world.store,
    clock: world.clock,
    log: { info: note("info"), warn: note("warn") },
    hubMode,
    ...(readAtOnce === undefined ? {} : { readAtOnce }),
  });
  return { sweep: () => walk(signal), said };
}

test("an installation that nobody knows is removed from the hub; ours, leaving ones and other programs' stay", async () => {
  const { phone } = await world.user({ phones: ["fcmv1"] });
  const theirs = `another-${randomUUID()}`;
  const alike = "beckon-but-not-ours";
  const others = sdkClient(world.hub.connectionString);
  for (const installationId of [theirs, alike])
    await others.createOrUpdateInstallation({ installationId, platform: "fcmv1", pushChannel: installationId });
  const leaving = await world.register("a user who leaves", "apns");
  await world.settle();
  const lost = await stray();

  const { sweep, said } = processOf();
  await sweep();
  expect(world.knownToHub(lost), "a process that has just started does not look").toBe(true);
  await world.pass(SOON_SECONDS);
  await world.unregister(leaving);
  await sweep();
  expect(world.knownToHub(lost)).toBe(false);
  expect([phone, leaving].map(world.knownToHub)).toEqual([true, true]);
  const inHub = world.hub.installations(HUB).map(({ installationId }) => installationId);
  expect(inHub).toEqual(expect.arrayContaining([theirs, alike]));
  expect(said).toEqual([
    { level: "info", fields: { removed: 1 }, message: "Installations that nobody knows were removed from the hub" },
  ]);
  await world.settle();
});

test("a process looks once a day", async () => {
  const { sweep } = processOf();
  await world.pass(SOON_SECONDS);
  await sweep();
  const lost = await stray();
  await world.pass(DAY_SECONDS - 60);
  await sweep();
  expect(world.knownToHub(lost)).toBe(true);
  await world.pass(61);
  await sweep();
  expect(world.knownToHub(lost)).toBe(false);
});

test("in a shared hub nothing is listed and nothing touched", async () => {
  const lost = await stray();
  let listings = 0;
  const gateway: PushGateway = {
    ...world.gateway,
    listInstallations(until) {
      listings += 1;
      return world.gateway.listInstallations(until);
    },
  };
  const { sweep, said } = processOf({ hubMode: "shared", gateway });
  await world.pass(SOON_SECONDS);
  await sweep();
  expect(listings).toBe(0);
  expect(world.knownToHub(lost)).toBe(true);
  expect(said).toEqual([]);
  await world.gateway.removeInstallation(lost, signal);
});

test("a large hub is walked in several runs, each from where the last one stopped", async () => {
  const lost = await Promise.all(Array.from({ length: 250 }, () => stray()));
  const { sweep } = processOf({ readAtOnce: 100 });
  const left = () => lost.filter((id) => world.knownToHub(id)).length;
  await world.pass(SOON_SECONDS);
  const seen: number[] = [];
  for (let run = 0; run < 4; run += 1) {
    await sweep();
    seen.push(left());
  }
  expect(seen[0]).toBeGreaterThan(0);
  expect(seen[0]).toBeLessThan(250);
  expect(seen.at(-1)).toBe(0);
});

test("a key without Manage costs one line that says so, and no failure", async () => {
  const lost = await stray();
  const { sweep, said } = processOf({ gateway: world.gatewayOf("ListenAndSend") });
  await world.pass(SOON_SECONDS);
  await sweep();
  await sweep();
  expect(said).toEqual([
    {
      level: "warn",
      fields: { reason: expect.any(String) },
      message: expect.stringMatching(/Manage.*HUB_MODE=shared/),
    },
  ]);
  expect(world.knownToHub(lost)).toBe(true);
});

test("a hub that throttles is looked at again ten minutes later", async () => {
  const lost = await stray();
  const { sweep } = processOf();
  await world.pass(SOON_SECONDS);
  world.hub.failNext({ status: 403, retryAfterSeconds: 5 });
  await sweep();
  expect(world.knownToHub(lost)).toBe(true);
  await world.pass(10 * 60 + 1);
  await sweep();
  expect(world.knownToHub(lost)).toBe(false);
});

test("an app that registers again while it is taken for a stray is in the hub in the end", async () => {
  const id = await stray();
  const gateway: PushGateway = {
    ...world.gateway,
    async removeInstallation(installationId, until) {
      if (installationId === id) {
        await world.register("a user who is back", "fcmv1", { id });
        await world.settle();
      }
      return world.gateway.removeInstallation(installationId, until);
    },
  };
  const { sweep } = processOf({ gateway });
  await world.pass(SOON_SECONDS);
  await sweep();
  expect(world.knownToHub(id), "for a moment it is gone").toBe(false);
  await world.settle();
  expect(world.knownToHub(id)).toBe(true);
  expect(await world.installation(id)).toMatchObject({ hubSync: "synced" });
});
