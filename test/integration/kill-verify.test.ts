import { describe, expect, vi } from "vitest";
import { freezeLog, sha256Of } from "#test/support/phone.ts";
import { HURRIED, worldTest } from "#test/support/world.ts";

const test = worldTest({ worker: false, pace: HURRIED });

/** Each test starts processes, on a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 90_000 });

const LOGS = [freezeLog("app.log", "the first line\n"), freezeLog("app.1.log", "an older line\n")];

describe("a worker that dies while it verifies", () => {
  for (const [point, when] of [
    ["verify:after-hash", "after reading a file"],
    ["verify:after-copy", "after copying it to evidence"],
    ["verify:after-commit", "after linking it"],
    ["verify:after-commit:2", "after linking the last one"],
  ] as const) {
    test(`${when} leaves each file linked once, as the user saw it, and nothing in ingest`, async ({ world }) => {
      const phone = world.pickUp({ userId: `the-user-of-${point.replaceAll(":", "-")}` });
      const request = await world.agent.requestLogs({ userId: phone.userId });
      const fileIds = await phone.shareAndUpload(request.id, LOGS);
      expect((await world.blobs(request)).ingest).toEqual(fileIds.toSorted());
      const doomed = world.startDoomed("worker", point);
      await doomed.killed();

      world.startProcess("worker");
      await world.until(() => world.stateOf(request), "linked");
      await world.until(() => world.blobs(request), { ingest: [], evidence: fileIds.toSorted() });
      const told = await world.agent.timeline(request.ticketId);
      const linked = told.filter(({ type }) => type === "file.linked").map(({ fileId }) => fileId ?? "");
      expect(linked.toSorted()).toEqual(fileIds.toSorted());
      expect(told.filter(({ type }) => type === "request.linked")).toHaveLength(1);
      expect(
        await world.sql("select from audit_event where request_id = $1 and type = 'file.linked'", [request.id]),
      ).toHaveLength(2);
      for (const [index, fileId] of fileIds.entries()) {
        const { url } = await world.agent.createDownloadUrl(fileId);
        expect(sha256Of(await (await fetch(url)).bytes())).toBe(LOGS[index]?.announced.sha256);
      }
      await world.until(
        () =>
          world.sql("select from log_file where owner_id = $1 and (cleanup_at is not null or verify_at is not null)", [
            request.id,
          ]),
        [],
      );
    });
  }
});
