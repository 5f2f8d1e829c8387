import { expect } from "vitest";
import { worldTest } from "#test/support/world.ts";

const test = worldTest({ worker: false });

const CANARY = "Jane Canary of Elm Street";

test("what an agent wrote is not in the log when the database refuses it, but what was refused is", async ({
  world,
}) => {
  await world.sql(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'Not this one: %', new.subject; end $$`);
  await world.sql("create trigger refuse before insert on ticket for each row execute function refuse()");
  const token = await world.tokenOf("beckon-agents", "alex");
  const api = world.startProcess("api");
  world.useApi(await api.url());
  const answer = await world.call("POST", "/v1/tickets", { token, body: { subject: CANARY } });
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain(CANARY);
  await world.until(api.output, expect.stringContaining("A request failed on our side"));
  expect(api.output()).toContain("PrismaClientKnownRequestError");
  expect(api.output()).not.toContain(CANARY);
});
