import { randomUUID } from "node:crypto";
import { expect, vi } from "vitest";
import { HURRIED, worldTest } from "#test/support/world.ts";

const test = worldTest({ worker: false, pace: HURRIED });

/** Each test starts processes, on a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 90_000 });

test("an API that dies between queueing a push and writing that down asks once all the same", async ({ world }) => {
  await world.startWorker();
  const phone = await world.phone();
  const ticket = await world.agent.openTicket({ userId: phone.userId });
  // Everything else is down, so that nobody but the doomed one moves the row.
  await world.stopWorkers();
  await world.stopApi();
  const doomed = world.startDoomed("api", "relay:after-enqueue");
  world.useApi(await doomed.url());
  const key = randomUUID();
  const ask = () =>
    world.agent.send("POST", `/v1/tickets/${ticket.id}/log-requests`, {
      body: { userId: phone.userId, reason: "why", collectors: ["app"] },
      headers: { "idempotency-key": key },
    });
  // The answer may have come just before the end, or not any more.
  const first = await ask().catch(() => undefined);
  await doomed.killed();
  expect(await world.sql("select from outbox where type = 'request.created'")).toHaveLength(1);

  await world.startApi();
  world.startProcess("worker");
  const again = await ask();
  expect(again.status).toBe(202);
  expect([again.text, undefined]).toContain(first?.text);
  const { id } = again.body as { id: string };
  await world.until(() => world.stateOf({ id }), "notified");
  await world.until(() => world.sql("select from outbox where type = 'request.created'"), []);
  expect(await world.agent.list(`/v1/log-requests?ticketId=${ticket.id}`)).toHaveLength(1);
  expect(phone.pushesOf(id)).toHaveLength(1);
  expect(phone.prompts()).toEqual([id]);
});

test("a worker that dies between the hub's answer and its own record pushes once more, and the phone shows one prompt", async ({
  world,
}) => {
  await world.startWorker();
  const phone = await world.phone(undefined, { platform: "apns" });
  const doomed = world.startDoomed("worker", "push:after-hub");
  await world.stopWorkers();
  const request = await world.agent.requestLogs({ userId: phone.userId });
  await doomed.killed();
  expect(phone.pushesOf(request.id)).toHaveLength(1);
  expect(await world.stateOf(request)).toBe("requested");

  world.startProcess("worker");
  await world.until(() => world.stateOf(request), "notified");
  const pushes = phone.pushes().filter(({ requestId }) => requestId === request.id);
  expect(pushes).toHaveLength(2);
  expect(new Set(pushes.map(({ type, collapseId }) => `${type} ${collapseId}`))).toEqual(
    new Set([`beckon.log-request beckon-${request.id}`]),
  );
  expect(phone.prompts()).toEqual([request.id]);
  expect((await world.agent.request(request.id)).pushes).toEqual([
    expect.objectContaining({ kind: "ask", platform: "apns", state: "accepted", attempt: 2 }),
  ]);
  const told = (await world.agent.timeline(request.ticketId)).map(({ type }) => type);
  expect(told.filter((type) => type === "request.notified")).toHaveLength(1);
  expect(told.filter((type) => type === "push.accepted")).toHaveLength(1);
});

test("a worker that dies in the midst of twenty pushes sends none of them more than once again", async ({ world }) => {
  await world.startWorker();
  const phones = await Promise.all(Array.from({ length: 20 }, () => world.phone()));
  await world.stopWorkers();
  const requests = await Promise.all(phones.map(({ userId }) => world.agent.requestLogs({ userId })));
  const doomed = world.startDoomed("worker", "push:after-hub:7");
  await doomed.killed();
  world.startProcess("worker");
  await world.until(async () => new Set(await Promise.all(requests.map(world.stateOf))), new Set(["notified"]));
  for (const [index, phone] of phones.entries()) {
    const { id } = requests[index] ?? { id: "none" };
    expect(phone.prompts()).toEqual([id]);
    expect(phone.pushesOf(id).length).toBeLessThanOrEqual(2);
  }
});
