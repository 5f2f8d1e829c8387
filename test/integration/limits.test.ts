import { Redis } from "ioredis";
import { expect } from "vitest";
import { createWorld, worldTest, type World } from "#test/support/world.ts";

const test = worldTest({
  worker: false,
  settings: { RATE_LIMIT_AGENT: "5", RATE_LIMIT_DEVICE: "3" },
});

/** A process that has just started counts by itself until Redis answers it; from then on all count together. */
async function untilCountedTogether(world: World): Promise<void> {
  const { REDIS_URL: url, QUEUE_PREFIX: prefix } = world.settings;
  if (url === undefined) return;
  const redis = new Redis(url);
  await world.until(async () => {
    await world.call("GET", "/livez");
    return (await redis.keys(`${prefix}-limit-*`)).length > 0;
  }, true);
  redis.disconnect();
}

test("an agent who asks too often is told when to come back, and holds up nobody else", async ({ world }) => {
  await untilCountedTogether(world);
  const answers = [];
  for (let index = 0; index < 6; index += 1) answers.push(await world.as("lena").send("GET", "/v1/tickets"));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
  const [first] = answers;
  expect(first?.headers.get("ratelimit-policy")).toBe('"agent";q=5;w=60');
  expect(first?.headers.get("ratelimit")).toMatch(/^"agent";r=4;t=\d+$/);
  const refused = answers.at(-1);
  expect(refused?.headers.get("x-ms-error-code")).toBe("rate_limited");
  expect(refused?.headers.get("ratelimit")).toMatch(/^"agent";r=0;t=\d+$/);
  const wait = Number(refused?.headers.get("retry-after"));
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(60);
  expect((await world.as("ada").send("GET", "/v1/tickets")).status).toBe(200);
});

test("a user's apps share one limit, and another user's do not feel it", async ({ world }) => {
  const [one, other] = [world.pickUp({ userId: "hasty" }), world.pickUp({ userId: "hasty" })];
  const statuses = [];
  for (const phone of [one, other, one, other]) statuses.push((await phone.send("GET", "/v1/me/log-requests")).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await world.pickUp({ userId: "patient" }).send("GET", "/v1/me/log-requests")).status).toBe(200);
});

test("an address that knocks without a key is limited before anybody checks its tokens", async () => {
  const world = await createWorld({ worker: false, settings: { RATE_LIMIT_ADDRESS: "20" } });
  try {
    await untilCountedTogether(world);
    const knock = (guess: number) => world.call("GET", "/v1/tickets", { token: `guess-${guess}` });
    const first = await knock(0);
    const [, left = ""] = /^"address";r=(\d+);/.exec(first.headers.get("ratelimit") ?? "") ?? [];
    expect([first.status, left]).toEqual([401, expect.stringMatching(/^\d+$/)]);
    const statuses = [];
    for (let guess = 1; guess <= Number(left) + 2; guess += 1) statuses.push((await knock(guess)).status);
    expect(statuses).toEqual([...Array.from({ length: Number(left) }, () => 401), 429, 429]);
  } finally {
    await world.close();
  }
});
