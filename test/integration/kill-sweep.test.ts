import { randomUUID } from "node:crypto";
import { expect, vi } from "vitest";
import { freezeLog } from "#test/support/phone.ts";
import { HURRIED, worldTest } from "#test/support/world.ts";

// A stray is two hours old in a deployment; here no older than this test.
const test = worldTest({ worker: false, pace: { ...HURRIED, strayAfterSeconds: 0 } });

/** The test starts processes, on a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 90_000 });

test("a worker that dies while it sweeps leaves the rest to the next, which removes every stray and nothing that is somebody's", async ({
  world,
}) => {
  const phone = world.pickUp({ userId: "the-user" });
  const request = await world.agent.requestLogs({ userId: phone.userId });
  const log = freezeLog("app.log", "on its way");
  const { files, links } = await phone.share(request.id, [log]);
  const [link] = links;
  if (!link) throw new Error("There is no link");
  await phone.upload(link, log.bytes);
  const { ingest, evidence } = world.containers;
  const owner = randomUUID();
  for (const stray of [randomUUID(), randomUUID(), randomUUID()]) {
    await world.putBlob(ingest, `${owner}/${stray}`, "stray");
    await world.putBlob(evidence, `${owner}/${stray}`, "stray");
  }
  // What would have been linked, had its user not taken it back while a worker copied it.
  await world.putBlob(evidence, `${request.id}/${randomUUID()}`, "stray");

  const doomed = world.startDoomed("worker", "sweep:after-delete:2");
  await doomed.killed();
  expect((await world.blobs({ id: owner })).ingest).toHaveLength(1);
  expect((await world.blobs({ id: owner })).evidence).toHaveLength(3);

  world.startProcess("worker");
  await world.until(() => world.blobs(), { ingest: files.map(({ id }) => id), evidence: [] });
  await phone.complete(
    request.id,
    files.map(({ id }) => id),
  );
  await world.until(() => world.stateOf(request), "linked");
});
