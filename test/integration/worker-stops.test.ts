import { expect, vi } from "vitest";
import { freezeLog } from "#test/support/phone.ts";
import { HURRIED, worldTest } from "#test/support/world.ts";

const test = worldTest({ worker: false, pace: HURRIED });

/** Each test starts processes, on a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 90_000 });

const PLATFORMS = ["apns", "fcmv1", "wns", "browser"] as const;

test("a worker that is asked to stop amid pushes to a hub that hangs hands the rest back, in time", async ({
  world,
}) => {
  await world.startWorker();
  const userId = "the-user-with-four-devices";
  const phones = await Promise.all(PLATFORMS.map((platform) => world.phone(userId, { platform })));
  await world.wires.hub.cut();
  const ticket = await world.agent.openTicket({ userId });
  const asked = await Promise.all(
    Array.from({ length: 32 }, () => world.agent.requestLogs({ userId, ticketId: ticket.id })),
  );
  const pushes = (state: string) => world.sql("select from push where state = $1", [state]);
  await world.until(async () => (await pushes("waiting")).length, 4 * asked.length);
  // With nobody to move them, all become due together, and travel in one job.
  await world.stopWorkers();
  await world.stopApi();
  await world.until(() => world.sql("select from outbox where type = 'push.due' and due_at > now()"), []);
  await world.wires.hub.mend();
  world.wires.hub.silence();
  const worker = world.startProcess("worker");
  await world.until(async () => (await pushes("sending")).length, 4 * asked.length);
  await world.until(worker.output, expect.stringContaining("The worker works"));
  void worker.stop();
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(await pushes("sending")).toEqual([]);
  expect(await pushes("waiting")).toHaveLength(4 * asked.length);

  await world.wires.hub.mend();
  world.startProcess("worker");
  await world.until(async () => (await pushes("accepted")).length, 4 * asked.length);
  for (const phone of phones) expect(phone.pushes()).toHaveLength(asked.length);
});

test("a worker that is asked to stop while it verifies leaves the file to the next one, as if it had never begun", async ({
  world,
}) => {
  await world.startApi();
  const phone = world.pickUp({ userId: "the-user-of-a-large-file" });
  const request = await world.agent.requestLogs({ userId: phone.userId });
  await phone.shareAndUpload(request.id, [freezeLog("app.log", "the first line\n")]);
  world.wires.blobs.silence();
  const before = world.wires.blobs.open();
  const worker = world.startProcess("worker");
  await world.until(() => world.wires.blobs.open() > before, true);
  await world.until(worker.output, expect.stringContaining("The worker works"));
  void worker.stop();
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(
    await world.sql("select state, verify_attempt, unreadable_since, verify_at <= now() as due from log_file"),
  ).toEqual([{ state: "uploaded", verify_attempt: 0, unreadable_since: null, due: true }]);

  await world.wires.blobs.mend();
  world.startProcess("worker");
  await world.until(() => world.stateOf(request), "linked");
});
