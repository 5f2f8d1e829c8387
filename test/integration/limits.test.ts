import { expect } from "vitest";
import { createWorld, worldTest } from "#test/support/world.ts";

const test = worldTest({
  worker: false,
  settings: { RATE_LIMIT_AGENT: "5", RATE_LIMIT_DEVICE: "3" },
});

test("an agent who asks too often is told when to come back, and holds up nobody else", async ({ world }) => {
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
  const world = await createWorld({ worker: false, settings: { RATE_LIMIT_ADDRESS: "10" } });
  try {
    const statuses = [];
    for (let index = 0; index < 12; index += 1)
      statuses.push((await world.call("GET", "/v1/tickets", { token: `guess-${index}` })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
  } finally {
    await world.close();
  }
});
