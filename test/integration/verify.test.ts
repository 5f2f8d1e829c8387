import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { evidenceBlobName, ingestBlobName } from "#domain/log-file.ts";
import { createSweep } from "#flow/retention/sweep.ts";
import { withdrawConsent } from "#flow/withdraw/withdraw-consent.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { type BlobWorld, type Failpoint, openBlobWorld } from "#test/support/blob-world.ts";

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

let world: BlobWorld;
beforeAll(async () => {
  world = await openBlobWorld();
});
afterAll(() => world.close());

/** Runs once, at one failpoint. */
function onceAt(name: string, run: () => Promise<void>): Failpoint {
  let ran = false;
  return async (at) => {
    if (at !== name || ran) return;
    ran = true;
    await run();
  };
}

/** Lets nobody past one failpoint before so many have come to it. */
function meetAt(name: string, workers: number): Failpoint {
  const { promise, resolve } = Promise.withResolvers<void>();
  let there = 0;
  return (at) => {
    if (at !== name) return undefined;
    there += 1;
    if (there >= workers) resolve();
    return promise;
  };
}

async function shareOne(file: { shown: string; sent?: string | null }, options?: { retentionDays?: string }) {
  const { fileIds, ...rest } = await world.share([file], options);
  const [fileId] = fileIds;
  if (fileId === undefined) throw new Error("one file was shared");
  return { ...rest, fileId };
}

/** As a worker that is killed there: it never gets further. */
async function dieAt(name: string, fileId: string): Promise<void> {
  const { promise: dead, resolve } = Promise.withResolvers<void>();
  void world.verify(fileId, (at) => {
    if (at !== name) return undefined;
    resolve();
    return new Promise<void>(() => {});
  });
  await dead;
}

describe("an uploaded file", () => {
  test("is linked to its ticket when it is what the user was shown", async () => {
    const { requestId, ticketId, fileId } = await shareOne({ shown: "line 1\nline 2\n" });
    await world.settle();
    const file = await world.fileOf(fileId);
    const evidence = await world.blobs.head(evidenceBlobName(file));
    expect(file).toMatchObject({ state: "linked", evidenceEtag: evidence?.etag });
    expect(file.verifyAt).toBeUndefined();
    expect(file.cleanupAt).toBeUndefined();
    expect(await world.textOf(evidenceBlobName(file))).toBe("line 1\nline 2\n");
    expect(await world.blobsOf(fileId)).toEqual(["evidence"]);
    expect(await world.find(requestId)).toMatchObject({ state: "linked" });
    expect(await world.told(ticketId)).toEqual([
      { type: "file.linked", fileId, data: { sizeBytes: 14, coverage: "unknown" } },
      { type: "request.linked", data: { linked: 1, consented: 1 } },
    ]);
  });

  test("that is empty is linked as well", async () => {
    const { fileId } = await shareOne({ shown: "" });
    await world.settle();
    expect(await world.fileOf(fileId)).toMatchObject({ state: "linked" });
  });

  test.for([
    { what: "is larger", sent: "more than was shown", reason: "size_differs", data: { foundBytes: 19 } },
    { what: "is smaller", sent: "less", reason: "size_differs", data: { foundBytes: 4 } },
    { what: "has other bytes", sent: "other", reason: "hash_differs", data: {} },
  ])("that $what is refused, named on the ticket, and deleted", async ({ sent, reason, data }) => {
    const { requestId, ticketId, fileId } = await shareOne({ shown: "shown", sent });
    await world.settle();
    expect(await world.fileOf(fileId)).toMatchObject({ state: "refused", reason });
    expect(await world.blobsOf(fileId)).toEqual([]);
    expect(await world.find(requestId)).toMatchObject({ state: "rejected", rejectReason: "none_held" });
    expect(await world.told(ticketId)).toEqual([
      { type: "file.refused", fileId, data: { reason, sizeBytes: 5, ...data } },
      { type: "request.rejected", data: { reason: "none_held" } },
    ]);
  });

  test("that never came is named as missing", async () => {
    const { requestId, ticketId, fileId } = await shareOne({ shown: "shown", sent: null });
    await world.settle();
    expect(await world.fileOf(fileId)).toMatchObject({ state: "missing", reason: "not_uploaded" });
    expect(await world.find(requestId)).toMatchObject({ state: "rejected", rejectReason: "none_held" });
    expect((await world.told(ticketId))[0]).toMatchObject({ type: "file.missing", fileId });
  });

  test.for(["verify:after-hash"])("that is overwritten at %s is refused and never linked", async (point) => {
    const { ticketId, fileId } = await shareOne({ shown: "shown" });
    const ingest = ingestBlobName(await world.fileOf(fileId));
    await world.settle(onceAt(point, () => world.put(ingest, "swap!")));
    expect(await world.fileOf(fileId)).toMatchObject({ state: "refused", reason: "changed_after_upload" });
    expect(await world.blobsOf(fileId)).toEqual([]);
    expect((await world.told(ticketId)).map(({ type }) => type)).toEqual(["file.refused", "request.rejected"]);
  });

  test("that is overwritten after it was copied is linked as it was", async () => {
    const { fileId } = await shareOne({ shown: "shown" });
    const file = await world.fileOf(fileId);
    await world.settle(onceAt("verify:after-copy", () => world.put(ingestBlobName(file), "swap!")));
    expect(await world.fileOf(fileId)).toMatchObject({ state: "linked" });
    expect(await world.textOf(evidenceBlobName(file))).toBe("shown");
    expect(await world.blobsOf(fileId)).toEqual(["evidence"]);
  });

  test("that was taken back while it was being copied leaves nothing behind", async () => {
    const { requestId, userId, ticketId, fileId } = await shareOne({ shown: "shown" });
    await world.settle(
      onceAt("verify:after-copy", async () => {
        await withdrawConsent(world, { userId }, { kind: "request", id: requestId });
        // Its cleanup comes and goes, and only then the copy that was under way arrives.
        await world.settle();
        const arriving = await world.stray("ingest");
        const { etag = "" } = (await world.blobs.head(arriving)) ?? {};
        const evidence = evidenceBlobName(await world.fileOf(fileId));
        await world.blobs.promote(arriving, evidence, etag, AbortSignal.timeout(10_000));
        expect(await world.blobsOf(fileId)).toEqual(["evidence"]);
      }),
    );
    expect(await world.fileOf(fileId)).toMatchObject({ state: "deleted", reason: "withdrawn" });
    expect(await world.find(requestId)).toMatchObject({ state: "withdrawn" });
    expect(await world.blobsOf(fileId)).toEqual([]);
    expect((await world.told(ticketId)).map(({ type }) => type)).toEqual(["file.deleted"]);
  });
});

describe("files of one request", () => {
  test("each settle on their own, and the last one settles the request", async () => {
    const { requestId, ticketId, fileIds } = await world.share([
      { shown: "one" },
      { shown: "two", sent: "wrong" },
      { shown: "three", sent: null },
    ]);
    await world.settle();
    expect((await world.store.files.ofOwner(requestId)).map(({ state }) => state)).toEqual([
      "linked",
      "refused",
      "missing",
    ]);
    const told = await world.told(ticketId);
    expect(told.filter(({ fileId }) => fileId !== undefined)).toHaveLength(fileIds.length);
    expect(told.at(-1)).toEqual({ type: "request.linked", data: { linked: 1, consented: 3 } });
  });

  test(
    "that settle at the very same moment end linked, and the request is linked once",
    { timeout: 60_000 },
    async () => {
      const shown = Array.from({ length: 8 }, (_, index) => ({ shown: `file ${index}` }));
      const { requestId, ticketId, fileIds } = await world.share(shown);
      const together = meetAt("verify:after-copy", fileIds.length);
      await Promise.all(fileIds.map((fileId) => world.verify(fileId, together)));
      expect(await world.find(requestId)).toMatchObject({ state: "linked" });
      const types = (await world.told(ticketId)).map(({ type }) => type);
      expect(types.filter((type) => type === "file.linked")).toHaveLength(8);
      expect(types.filter((type) => type === "request.linked")).toHaveLength(1);
      expect(types.at(-1)).toBe("request.linked");
    },
  );
});

describe("the same file", () => {
  test("in the hands of two workers is linked once, and its ETag is that of the copy that is there", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { ticketId, fileId } = await shareOne({ shown: "shown" });
      const together = meetAt("verify:after-copy", 2);
      await Promise.all([world.verify(fileId, together), world.verify(fileId, together)]);
      const file = await world.fileOf(fileId);
      expect(file.evidenceEtag).toBe((await world.blobs.head(evidenceBlobName(file)))?.etag);
      expect((await world.told(ticketId)).map(({ type }) => type)).toEqual(["file.linked", "request.linked"]);
    }
  });

  test("that takes long to read is not given to a second worker by the reconciler", async () => {
    const { fileId } = await shareOne({ shown: "shown" });
    const { verifyAt = 0 } = await world.fileOf(fileId);
    const beats = async () => ((await world.fileOf(fileId)).verifyAt ?? 0) > verifyAt + 20_000;
    await world.verify(
      fileId,
      onceAt("verify:after-hash", () => vi.waitUntil(beats).then(() => {})),
      20,
    );
    expect(await world.fileOf(fileId)).toMatchObject({ state: "linked" });
    expect((await world.fileOf(fileId)).verifyAt).toBeUndefined();
  });

  test.for(["verify:after-hash", "verify:after-copy", "verify:after-commit"])(
    "is linked once when its worker is killed at %s and it comes again",
    async (point) => {
      const { requestId, ticketId, fileId } = await shareOne({ shown: "shown" });
      await dieAt(point, fileId);
      await world.settle();
      await world.verify(fileId);
      const file = await world.fileOf(fileId);
      expect(file).toMatchObject({ state: "linked" });
      expect(file.evidenceEtag).toBe((await world.blobs.head(evidenceBlobName(file)))?.etag);
      expect(await world.textOf(evidenceBlobName(file))).toBe("shown");
      expect(await world.blobsOf(fileId)).toEqual(["evidence"]);
      expect(await world.find(requestId)).toMatchObject({ state: "linked" });
      expect((await world.told(ticketId)).map(({ type }) => type)).toEqual(["file.linked", "request.linked"]);
    },
  );
});

describe("a file while the store is away", () => {
  test("is tried again later, and linked when the store is back", { timeout: 30_000 }, async () => {
    const { ticketId, fileId } = await shareOne({ shown: "shown" });
    await world.wire.cut();
    await world.settle();
    const waiting = await world.fileOf(fileId);
    expect(waiting).toMatchObject({ state: "uploaded", verifyAttempt: 1 });
    expect(waiting.verifyAt).toBeGreaterThan(world.clock.now());
    expect(await world.told(ticketId)).toEqual([]);
    await world.wire.mend();
    await world.settle();
    expect(await world.fileOf(fileId)).toMatchObject({ state: "uploaded" });
    world.pass(60);
    await world.settle();
    expect(await world.fileOf(fileId)).toMatchObject({ state: "linked" });
  });

  test(
    "for a whole day is refused as unreadable, and deleted when the store is back",
    { timeout: 60_000 },
    async () => {
      const { requestId, ticketId, fileId } = await shareOne({ shown: "shown" });
      await world.wire.cut();
      await world.settle();
      world.pass(DAY_SECONDS);
      await world.settle();
      expect(await world.fileOf(fileId)).toMatchObject({ state: "refused", reason: "unreadable" });
      expect(await world.find(requestId)).toMatchObject({ state: "rejected", rejectReason: "none_held" });
      expect((await world.told(ticketId))[0]).toMatchObject({ type: "file.refused", data: { reason: "unreadable" } });
      await world.wire.mend();
      expect(await world.blobsOf(fileId)).toEqual(["ingest"]);
      world.pass(60);
      await world.settle();
      expect(await world.blobsOf(fileId)).toEqual([]);
      expect((await world.fileOf(fileId)).cleanupAt).toBeUndefined();
    },
  );
});

describe("a file that verify comes to more than a day after its upload", () => {
  test("is tried again like any other when the store is away at that moment", { timeout: 60_000 }, async () => {
    const { fileId } = await shareOne({ shown: "shown" });
    world.pass(2 * DAY_SECONDS);
    await world.wire.cut();
    await world.settle();
    const firstTriedAt = world.clock.now();
    const waiting = await world.fileOf(fileId);
    expect(waiting).toMatchObject({ state: "uploaded", verifyAttempt: 1 });
    expect(Math.abs((waiting.unreadableSince ?? 0) - firstTriedAt)).toBeLessThan(60_000);
    world.pass(DAY_SECONDS - 120);
    await world.settle();
    expect(await world.fileOf(fileId)).toMatchObject({ verifyAttempt: 2, unreadableSince: waiting.unreadableSince });
    await world.wire.mend();
    world.pass(60);
    await world.settle();
    const linked = await world.fileOf(fileId);
    expect(linked).toMatchObject({ state: "linked" });
    expect(linked.unreadableSince).toBeUndefined();
    expect(await world.textOf(evidenceBlobName(linked))).toBe("shown");
  });
});

describe("cleanup", () => {
  test("that is killed after it deleted is done again without trouble", async () => {
    const { fileId } = await shareOne({ shown: "shown", sent: "wrong" });
    await world.verify(fileId);
    await expect(
      world.settle((at) => {
        if (at === "cleanup:after-delete") throw new Error("killed");
      }),
    ).rejects.toThrow("killed");
    expect(await world.blobsOf(fileId)).toEqual([]);
    const { cleanupAt } = await world.fileOf(fileId);
    expect(cleanupAt).toBeDefined();
    // The queue knows nothing of it any more; PostgreSQL does.
    const overdue = await world.dueWork.overdue(world.clock.now() + 60_000, 15, 100);
    expect(overdue).toContainEqual({ type: "cleanup.due", fileId });
  });
});

describe("retention", () => {
  test("deletes a file on its day and not before, once, and says so", async () => {
    const { requestId, ticketId, fileId } = await shareOne({ shown: "shown" });
    await world.settle();
    world.pass(30 * DAY_SECONDS - 60);
    await world.sweep();
    expect(await world.fileOf(fileId)).toMatchObject({ state: "linked" });
    world.pass(61);
    await Promise.all([world.sweep(), world.sweep()]);
    await world.settle();
    expect(await world.fileOf(fileId)).toMatchObject({ state: "deleted", reason: "retention" });
    expect(await world.blobsOf(fileId)).toEqual([]);
    expect(await world.find(requestId)).toMatchObject({ state: "linked" });
    const told = await world.told(ticketId);
    expect(told.filter(({ type }) => type === "file.deleted")).toEqual([
      { type: "file.deleted", fileId, data: { reason: "retention" } },
    ]);
  });

  test("keeps no file longer than its user was shown", async () => {
    const { fileId } = await shareOne({ shown: "shown" }, { retentionDays: "7" });
    await world.settle();
    world.pass(7 * DAY_SECONDS + 60);
    await world.sweep();
    expect(await world.fileOf(fileId)).toMatchObject({ state: "deleted", reason: "retention" });
    await world.settle();
  });
});

describe("the sweep", () => {
  test("removes what belongs to nothing once it is older than any link, and nothing else", async () => {
    // Blobs are as old as Azurite's clock says: tests before this one moved ours far ahead of it.
    const ahead = await openBlobWorld();
    const { fileIds } = await ahead.share([{ shown: "linked" }]);
    await ahead.settle();
    const waiting = await ahead.share([{ shown: "waiting" }]);
    const strays = [await ahead.stray("ingest"), await ahead.stray("evidence")];
    const there = async () => (await Promise.all(strays.map((name) => ahead.blobs.head(name)))).filter(Boolean).length;
    // Through a link that was still good after its file had settled.
    const late = ingestBlobName(await ahead.fileOf(fileIds[0] ?? ""));
    await ahead.put(late, "again");
    await ahead.sweep();
    expect(await there()).toBe(2);
    ahead.pass(2 * HOUR_SECONDS + 5);
    await expect(
      ahead.sweep((at) => {
        if (at === "sweep:after-delete") throw new Error("killed");
      }),
    ).rejects.toThrow("killed");
    await Promise.all([ahead.sweep(), ahead.sweep()]);
    expect(await there()).toBe(0);
    expect(await ahead.blobs.head(late)).toBeUndefined();
    expect(await ahead.blobsOf(fileIds[0] ?? "")).toEqual(["evidence"]);
    expect(await ahead.blobsOf(waiting.fileIds[0] ?? "")).toEqual(["ingest"]);
    await ahead.close();
  });

  test("goes on where its last round had to stop, so that a store of any size is looked through", async () => {
    const ahead = await openBlobWorld();
    const strays: string[] = [];
    for (const room of ["ingest", "ingest", "ingest", "evidence", "evidence"] as const)
      strays.push(await ahead.stray(room));
    const there = async () => (await Promise.all(strays.map((name) => ahead.blobs.head(name)))).filter(Boolean).length;
    ahead.pass(2 * HOUR_SECONDS + 5);
    const looked: string[][] = [];
    let round = new AbortController();
    // Each round has time for one page of two.
    const list: BlobStore["list"] = async function* (room, options) {
      for await (const page of ahead.blobs.list(room, options)) {
        looked.push(page.blobs.map(({ name }) => name));
        yield page;
        round.abort(new DOMException("Job 'sweep' took more than 600 s", "TimeoutError"));
      }
    };
    const deps = {
      ...ahead,
      blobs: { ...ahead.blobs, list },
      log: { info: () => {}, warn: () => {} },
      removeStrayInstallations: async () => {},
      pageSize: 2,
    };
    const sweep = createSweep(deps);
    for (let count = 1; count <= 6; count += 1) {
      round = new AbortController();
      await sweep(round.signal);
    }
    expect(looked.flat()).toHaveLength(strays.length);
    expect(new Set(looked.flat())).toEqual(new Set(strays));
    expect(Math.max(...looked.map((names) => names.length))).toBe(2);
    expect(await there()).toBe(0);
    await ahead.close();
  });
});
