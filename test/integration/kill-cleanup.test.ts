import { randomUUID } from "node:crypto";
import { describe, expect, vi } from "vitest";
import { freezeLog } from "#test/support/phone.ts";
import { HURRIED, worldTest, type World } from "#test/support/world.ts";

const test = worldTest({ worker: false, pace: HURRIED });

/** Each test starts processes, on a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 90_000 });

/** A request whose files are linked, and nobody at work any more. */
async function linked(world: World, names: readonly string[]) {
  const phone = world.pickUp({ userId: `user-${randomUUID()}` });
  const request = await world.agent.requestLogs({ userId: phone.userId });
  const fileIds = await phone.shareAndUpload(
    request.id,
    names.map((name) => freezeLog(name, `of ${name}`)),
  );
  await world.startWorker();
  await world.until(() => world.stateOf(request), "linked");
  await world.until(() => world.blobs(request), { ingest: [], evidence: fileIds.toSorted() });
  await world.stopWorkers();
  return { phone, request, fileIds };
}

describe("a worker that dies between removing a blob and writing that down", () => {
  test("takes back what the user took back all the same, and nothing else", async ({ world }) => {
    const { phone, request, fileIds } = await linked(world, ["a.log", "b.log", "c.log"]);
    const [gone = "", ...left] = fileIds;
    await phone.withdraw(request.id, [gone]);
    const doomed = world.startDoomed("worker", "cleanup:after-delete");
    await doomed.killed();
    expect(await world.sql("select from log_file where id = $1 and cleanup_at is not null", [gone])).toHaveLength(1);
    world.startProcess("worker");
    await world.until(() => world.sql("select from log_file where cleanup_at is not null"), []);
    expect(await world.blobs(request)).toEqual({ ingest: [], evidence: left.toSorted() });
    const told = await world.agent.timeline(request.ticketId);
    expect(told.filter(({ type }) => type === "file.deleted").map(({ fileId }) => fileId)).toEqual([gone]);
  });
});
