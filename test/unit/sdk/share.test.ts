import { openAsBlob } from "node:fs";
import { appendFile, mkdtemp, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  BeckonError,
  type BeckonStorage,
  type Collector,
  freezeBytes,
  type FrozenFile,
  memoryStorage,
} from "#sdk/create-beckon.ts";
import { nodeFileCollector } from "#sdk/node-file-collector.ts";
import { nodeFolderStorage } from "#sdk/node-folder-storage.ts";
import { LOGS, memoryCollector, type Phone, quickClock, startJourney } from "./journey.ts";
import { sha256 } from "./wire-server.ts";

let journey: Awaited<ReturnType<typeof startJourney>>;
beforeAll(async () => {
  journey = await startJourney();
});
afterAll(() => journey.end());

/** Makes the request of a test and shows it on the phone. */
async function asked(phone: Phone, more: Parameters<typeof journey.server.addRequest>[0] = {}) {
  const request = journey.server.addRequest(more);
  await phone.beckon.review(request.id);
  return request;
}

function held(request: { files: { id: string; name: string }[] }): Record<string, string | undefined> {
  return Object.fromEntries(request.files.map(({ id, name }) => [name, journey.server.blobs.get(id)?.toString()]));
}

const callsOf = (id: string, verb: string) => journey.server.calls.filter(({ path }) => path.endsWith(`${id}:${verb}`));
const putsOf = (request: { files: { id: string }[] }) =>
  journey.server.puts.filter((fileId) => request.files.some(({ id }) => id === fileId));

test("what the user shares is there, byte for byte, and every file's outcome is told", async () => {
  const progress: string[] = [];
  const phone = journey.phone({
    onProgress: ({ name, sentBytes, sizeBytes }) => progress.push(`${name} ${sentBytes}/${sizeBytes}`),
  });
  const request = journey.server.addRequest();
  await phone.beckon.sync();
  await phone.beckon.review(request.id);
  const result = await phone.beckon.share(request.id);
  expect(result).toMatchObject({ state: "uploaded", files: [{ state: "uploaded" }, { state: "uploaded" }] });
  expect(held(request)).toEqual(LOGS);
  expect(request.files.map((file) => file.sha256)).toEqual(Object.values(LOGS).map((text) => sha256(text)));
  expect(progress).toContain("app.log 19/19");
  expect(phone.shown.filter((one) => one.includes(request.id))).toHaveLength(2);
  expect(phone.released.sort()).toEqual(["app.log", "app.log.1"]);
  const receipt = await phone.beckon.receipt(request.id);
  expect(receipt.shown).toEqual({ files: "app.log, app.log.1", totalSize: "40 bytes" });
});

test("only the files that the user ticked are named and sent", async () => {
  const phone = journey.phone();
  const request = journey.server.addRequest();
  const { files } = await phone.beckon.review(request.id);
  await phone.beckon.share(request.id, { files: files.filter(({ name }) => name === "app.log.1") });
  expect(held(request)).toEqual({ "app.log.1": LOGS["app.log.1"] });
});

test("what was found and is too much is told with the yes, and so is a collector that failed; what the user unticked is not", async () => {
  const broken: Collector = { name: "media", label: "", collect: () => Promise.reject(new Error("no disk")) };
  const phone = journey.phone({ collectors: [memoryCollector(), broken] });
  const request = journey.server.addRequest({ collectors: ["app", "media", "system"], maxBytes: 30 });
  const { files, leftOut } = await phone.beckon.review(request.id);
  expect(leftOut).toMatchObject([{ name: "app.log.1", reason: "over_max_bytes" }]);
  await phone.beckon.share(request.id, { files: files.filter(({ name }) => name !== "app.log") });
  const [consent] = callsOf(request.id, "consent");
  expect(consent?.body).toMatchObject({ files: [] });
  const told = [
    { collector: "media", reason: "collector_failed" },
    { collector: "system", reason: "no_collector" },
    { collector: "app", name: "app.log.1", sizeBytes: 21, reason: "over_max_bytes" },
  ];
  expect(consent?.body).toHaveProperty("leftOut", told);
  expect((await phone.beckon.receipt(request.id)).leftOut).toEqual(told);

  const declined = await asked(phone, { maxBytes: 30 });
  await phone.beckon.decline(declined.id);
  expect(callsOf(declined.id, "consent")[0]?.body).not.toHaveProperty("leftOut");
});

test("an empty share says that nothing was found", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  expect(await phone.beckon.share(request.id, { files: [] })).toMatchObject({ state: "rejected", files: [] });
});

test("a no is recorded, with or without a review", async () => {
  const phone = journey.phone();
  const reviewed = await asked(phone);
  const unread = journey.server.addRequest();
  expect((await phone.beckon.decline(reviewed.id)).state).toBe("declined");
  expect((await phone.beckon.decline(unread.id)).state).toBe("declined");
  expect(phone.released).toHaveLength(2);
});

test("a second tap on Share sends nothing twice", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  const [one, other] = await Promise.all([phone.beckon.share(request.id), phone.beckon.share(request.id)]);
  expect(other).toBe(one);
  expect(callsOf(request.id, "consent")).toHaveLength(1);
  expect(putsOf(request)).toHaveLength(2);
});

test("a yes whose answer was lost is said again in the same words, and counts once", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  journey.server.failNext(`${request.id}:consent`, "reset after");
  expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
  const [first, second] = callsOf(request.id, "consent");
  expect(second?.body).toEqual(first?.body);
});

test("another answer, given elsewhere, stands: the app hears of it and the prompt comes down", async () => {
  const [phone, tablet] = [journey.phone(), journey.phone()];
  const request = journey.server.addRequest();
  await phone.beckon.sync();
  await phone.beckon.review(request.id);
  await tablet.beckon.decline(request.id);
  const refusal = await phone.beckon.share(request.id).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(BeckonError);
  expect(refusal).toMatchObject({ code: "already_answered", status: 409, retryable: false, traceId: "trace-1" });
  expect(phone.released).toHaveLength(2);
  expect(phone.shown.at(-1)).toContain(`closed ${request.id}`);
  await phone.beckon.sync();
  expect(callsOf(request.id, "consent")).toHaveLength(2);
});

test("while the file store is away the phone waits as it was told, and asks for links", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  const stored = journey.server.requests.get(request.id);
  if (stored) stored.linksAway = true;
  journey.server.failNext(
    `${request.id}:createUploadLinks`,
    { status: 503, code: "blob_store_unavailable", headers: { "Retry-After": "10" } },
    4,
  );
  expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
  expect(phone.clock.slept[0]).toBeGreaterThanOrEqual(3000);
  expect(Math.max(...phone.clock.slept)).toBeGreaterThanOrEqual(10_000);
});

test("links that ran out are replaced at once, without a wait", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  journey.server.onNextPut(() => journey.server.expireLinks());
  expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
  expect(held(request)).toEqual(LOGS);
  expect(callsOf(request.id, "createUploadLinks")).toHaveLength(1);
  expect(phone.clock.slept).toEqual([]);
});

test("a file that arrived although its answer was lost is not sent again", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  journey.server.failNext("PUT /blobs/", "reset after");
  expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
  expect(putsOf(request)).toHaveLength(2);
});

test("a file that is there already counts as uploaded: the server verifies it as any other", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  journey.server.failNext("PUT /blobs/", { status: 409 });
  journey.server.failNext("PUT /blobs/", { status: 412 });
  expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
  expect(putsOf(request)).toHaveLength(2);
});

test("a network that fails is tried again after growing waits", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  journey.server.failNext("PUT /blobs/", "reset", 3);
  journey.server.failNext("PUT /blobs/", { status: 503, headers: { "Retry-After": "33" } });
  expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
  expect(held(request)).toEqual(LOGS);
  const [first = 0, second = 0, third = 0, fourth = 0] = phone.clock.slept;
  expect([first >= 1000, second >= 2000, third >= 4000, fourth >= 33_000]).toEqual([true, true, true, true]);
});

test("no try goes on past uploadBy", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  journey.server.follow(phone.clock.now);
  journey.server.failNext("PUT /blobs/", { status: 503 }, 200);
  await expect(phone.beckon.share(request.id)).rejects.toMatchObject({ code: "upload_too_late" });
  expect(phone.released).toHaveLength(2);
  const waited = phone.clock.slept.reduce((sum, ms) => sum + ms, 0);
  expect(waited).toBeGreaterThan(3_600_000 - 120_000);
  expect(waited).toBeLessThan(3_600_000);
  journey.server.follow(Date.now);
  journey.server.heal();
});

test("a file store that refuses also new links is left alone until the next start", async () => {
  const storage = memoryStorage();
  const phone = journey.phone({ storage });
  const request = await asked(phone);
  journey.server.failNext("PUT /blobs/", { status: 403 }, 5);
  await expect(phone.beckon.share(request.id)).rejects.toMatchObject({
    code: "upload_refused",
    status: 403,
    retryable: true,
  });
  await phone.beckon.sync();
  expect((await phone.beckon.upload(request.id))?.state ?? request.state).toBe("uploaded");
});

test("a request that is cancelled while its files go up ends quietly", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  journey.server.onNextPut(() => void (request.state = "cancelled"));
  journey.server.failNext("PUT /blobs/", "reset");
  expect((await phone.beckon.share(request.id)).state).toBe("cancelled");
  expect(phone.released).toHaveLength(2);
  expect(await phone.beckon.upload(request.id)).toBeUndefined();
});

test("one file's older outcome stands and hides no other's, also when they are told together", async () => {
  const request = journey.server.addRequest();
  const begun = Promise.withResolvers<void>();
  const files = ["a.log", "b.log", "c.log", "d.log"].map((name) =>
    freezeBytes(name, name, { modifiedAt: new Date(0) }),
  );
  const phone = journey.phone({
    collectors: [{ name: "app", label: "App log", collect: async () => files }],
    // The last upload goes on once the two before it were told of, together.
    upload: async ({ name }) => {
      if (name === "d.log") begun.resolve();
      if (name === "d.log") await journey.server.answered(`${request.id}:complete`, 2);
      return { status: 201 };
    },
  });
  await phone.beckon.review(request.id);
  // The report of the first file is held until the last upload begins; meanwhile the server has given the second up.
  const givenUp = begun.promise.then(() => Object.assign(request.files[1] ?? {}, { state: "missing" }));
  journey.server.failNext(`${request.id}:complete`, givenUp);
  const result = await phone.beckon.share(request.id);
  expect(result.files.map(({ state }) => state)).toEqual(["uploaded", "missing", "uploaded", "uploaded"]);
  const told = callsOf(request.id, "complete").map(({ body }) => (body as { files: unknown[] }).files.length);
  expect(told).toEqual([1, 2, 1, 1, 1]);
});

// ── Restarts ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function withFolder(run: (folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), "beckon-phone-"));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nodePhone(folder: string) {
  const collectors = [nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log(\.\d+)?$/ })];
  return journey.phone({ collectors, storage: nodeFolderStorage(join(folder, "memory")) });
}

/** Rotates as loggers do. */
async function rotate(folder: string) {
  await rename(join(folder, "app.log.1"), join(folder, "app.log.2")).catch(() => {});
  await rename(join(folder, "app.log"), join(folder, "app.log.1"));
  await writeFile(join(folder, "app.log"), "a new log\n");
}

test("a log that grows and rotates between prompt, consent, each retry and two restarts is sent as it was shown", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "app.log.1"), LOGS["app.log.1"]);
    await writeFile(join(folder, "app.log"), LOGS["app.log"]);
    const phone = nodePhone(folder);
    const request = await asked(phone);
    await appendFile(join(folder, "app.log"), "more, after the prompt\n");
    await rotate(folder);

    // The consent arrives, its answer does not, and the app ends.
    journey.server.failNext(`${request.id}:consent`, "reset after", 1);
    const { promise: gone, resolve: end } = Promise.withResolvers<void>();
    void journey.server.answered(`${request.id}:consent`).then(() => {
      phone.beckon.stop();
      end();
    });
    await phone.beckon.share(request.id).catch(() => {});
    await gone;
    await rotate(folder);

    // The first file is on its way when the app ends again.
    const second = nodePhone(folder);
    journey.server.onNextPut(async () => {
      second.beckon.stop();
      await rotate(folder);
    });
    await second.beckon.sync().catch(() => {});
    await second.beckon.upload(request.id).catch(() => {});

    const third = nodePhone(folder);
    await third.beckon.sync();
    const result = await third.beckon.upload(request.id);
    expect((result ?? request).state).toBe("uploaded");
    expect(held(request)).toEqual(LOGS);
    await vi.waitFor(async () => expect(await readdir(join(folder, ".beckon-app"))).toEqual([]));
    expect(await readdir(join(folder, "memory"))).toEqual([]);
  }));

test("files that stand in memory survive a restart where the storage keeps them", () =>
  withFolder(async (folder) => {
    const storage = nodeFolderStorage(folder);
    const phone = journey.phone({ storage });
    const request = await asked(phone);
    journey.server.onNextPut(() => phone.beckon.stop());
    await expect(phone.beckon.share(request.id)).rejects.toMatchObject({ code: "stopped" });
    const next = journey.phone({ storage: nodeFolderStorage(folder) });
    expect((await next.beckon.upload(request.id))?.state).toBe("uploaded");
    expect(held(request)).toEqual(LOGS);
    expect(await readdir(folder)).toEqual([]);
  }));

test("a frozen copy that is gone or changed is given up by name; the others still arrive", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "app.log"), "a".repeat(1000));
    await writeFile(join(folder, "app.log.1"), "b".repeat(1001));
    await writeFile(join(folder, "app.log.2"), "c".repeat(1002));
    const phone = nodePhone(folder);
    const request = await asked(phone);
    const snapshots = join(folder, ".beckon-app");
    journey.server.onNextPut(() => phone.beckon.stop());
    await phone.beckon.share(request.id).catch(() => {});
    const [first, second] = request.files;
    const { stat } = await import("node:fs/promises");
    for (const name of await readdir(snapshots)) {
      const { size } = await stat(join(snapshots, name));
      if (size === first?.sizeBytes) await rm(join(snapshots, name));
      if (size === second?.sizeBytes) await writeFile(join(snapshots, name), "x".repeat(size));
    }
    const result = await nodePhone(folder).beckon.upload(request.id);
    expect(result?.files.map(({ state }) => state)).toEqual(["missing", "missing", "uploaded"]);
    expect(journey.server.blobs.has(second?.id ?? "")).toBe(false);
  }));

test("a picked file that changes or goes away while it is sent is given up by name, at once; the others still arrive", () =>
  withFolder(async (folder) => {
    const names = ["changed.log", "gone.log", "kept.log"];
    for (const name of names) await writeFile(join(folder, name), name);
    const files = await Promise.all(
      names.map(async (name) => freezeBytes(name, await openAsBlob(join(folder, name)), { modifiedAt: new Date(0) })),
    );
    const phone = journey.phone({
      collectors: [{ name: "app", label: "App log", collect: async () => files }],
      // As a page sends it: the Blob itself, which the platform reads.
      upload: async (source, url, headers) => {
        const body = await source.blob();
        if (source.name === "changed.log") await appendFile(join(folder, source.name), "one more line");
        if (source.name === "gone.log") await rm(join(folder, source.name));
        return fetch(url, { method: "PUT", headers: { ...headers }, body });
      },
    });
    const request = await asked(phone);
    const result = await phone.beckon.share(request.id);
    expect(result.files.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "changed.log missing",
      "gone.log missing",
      "kept.log uploaded",
    ]);
    expect(held(request)).toEqual({ "kept.log": "kept.log" });
    expect(phone.clock.slept).toEqual([]);
  }));

test("a frozen file that became unreadable before the answer is told before anything is said to the server", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "app.log"), "text");
    const collector = nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log$/ });
    const gone: Collector = {
      ...collector,
      collect: async (request) => {
        const files = await collector.collect(request);
        for (const file of files) await file.release?.();
        return files;
      },
    };
    const phone = journey.phone({ collectors: [gone] });
    const request = await asked(phone);
    await expect(phone.beckon.share(request.id)).rejects.toMatchObject({ code: "file_unreadable" });
    expect(callsOf(request.id, "consent")).toEqual([]);
    // Looking again freezes anew: what is there now can be shared.
    expect((await phone.beckon.review(request.id)).files).toHaveLength(1);
  }));

test("a yes that another user's sign-in interrupts waits for its own user", async () => {
  const storage = memoryStorage();
  const released: string[] = [];
  const collectors = [memoryCollector(released)];
  const ada = journey.phone({ storage, collectors });
  const request = await asked(ada);
  journey.server.onNextPut(() => ada.beckon.stop());
  await ada.beckon.share(request.id).catch(() => {});
  const bob = journey.phone({ storage, collectors, userId: "bob" });
  await bob.beckon.sync();
  await expect(bob.beckon.upload(request.id)).rejects.toMatchObject({ code: "not_found" });
  expect(bob.errors).toEqual([]);
  const again = journey.phone({ storage, collectors });
  expect((await again.beckon.upload(request.id))?.state).toBe("uploaded");
  expect(held(request)).toEqual(LOGS);
});

/** A storage of an app that is ended at one of its writes: from then on nothing comes back. */
function mortal(storage: BeckonStorage, writes: number) {
  const dead = Promise.withResolvers<"dead">();
  const unlessDead = <Result>(write: () => Promise<Result>) => {
    if (writes-- > 0) return write();
    dead.resolve("dead");
    return new Promise<Result>(() => {});
  };
  return {
    ...storage,
    died: dead.promise,
    set: (key: string, value: string | Blob) => unlessDead(() => storage.set(key, value)),
    delete: (key: string) => unlessDead(() => storage.delete(key)),
  };
}

test("whichever write an app is ended at, no copy of a file stays in the storage for good", async () => {
  for (let writes = 0; ; writes++) {
    const storage = memoryStorage();
    const ended = mortal(storage, writes);
    const phone = journey.phone({ storage: ended });
    const request = await asked(phone);
    const outcome = await Promise.race([phone.beckon.share(request.id), ended.died]);
    phone.beckon.stop();
    if (request.state === "uploaded") {
      // It was through but for the tidying up: the next run goes on with that.
      await journey.phone({ storage }).beckon.upload(request.id);
    } else {
      // What was being stored and nobody knows of goes once no other page can be at it any more.
      const clock = quickClock();
      await clock.sleep(2 * 3_600_000, new AbortController().signal);
      const later = journey.phone({ storage, clock });
      await later.beckon.sync();
      await later.beckon.upload(request.id);
      if (putsOf(request).length === 0) await later.beckon.decline(request.id);
    }
    const left = async () => (await storage.keys()).filter((key) => key.includes(request.id));
    await vi.waitFor(async () => expect(await left(), `ended at write ${writes}`).toEqual([]), { timeout: 10_000 });
    if (outcome === "dead") continue;
    expect(writes).toBeGreaterThan(8);
    return;
  }
});

test("copies that another page stores just now are left to it", async () => {
  const storage = memoryStorage();
  const ended = mortal(storage, 1);
  const phone = journey.phone({ storage: ended });
  const request = await asked(phone);
  await Promise.race([phone.beckon.share(request.id), ended.died]);
  await journey.phone({ storage }).beckon.sync();
  expect((await storage.keys()).filter((key) => key.startsWith("beckon/file/"))).toHaveLength(1);
});

// ── Take-back ───────────────────────────────────────────────────────────────────────────────────────────────────────

test("a take-back stops the upload and is final", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  const taken = Promise.withResolvers<unknown>();
  journey.server.onNextPut(() => {
    phone.beckon.withdraw(request.id).then(taken.resolve, taken.reject);
  });
  journey.server.failNext("PUT /blobs/", "reset");
  await phone.beckon.share(request.id).catch(() => {});
  expect(await taken.promise).toMatchObject({ state: "withdrawn" });
  await phone.beckon.sync();
  expect(await phone.beckon.upload(request.id)).toBeUndefined();
  expect(held(request)).toEqual({ "app.log": undefined, "app.log.1": undefined });
  await expect(phone.beckon.withdraw(request.id)).rejects.toMatchObject({ code: "nothing_to_withdraw" });
});

test("one file is taken back by its id", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  const { files } = await phone.beckon.share(request.id);
  const result = await phone.beckon.withdraw(request.id, [files[0]?.id ?? ""]);
  expect([result.state, ...result.files.map(({ state }) => state)]).toEqual(["uploaded", "deleted", "uploaded"]);
});

test("a file that is taken back while it goes up is stopped in the middle; the others go on", async () => {
  const phone = journey.phone();
  const request = await asked(phone);
  const taken = Promise.withResolvers<unknown>();
  journey.server.onNextPut(async (gone) => {
    phone.beckon.withdraw(request.id, [request.files[0]?.id ?? ""]).then(taken.resolve, taken.reject);
    await gone;
  });
  await phone.beckon.share(request.id);
  expect(await taken.promise).toMatchObject({ files: [{ name: "app.log", state: "deleted" }, {}] });
  expect(held(request)).toEqual({ "app.log": undefined, "app.log.1": LOGS["app.log.1"] });
  expect(request.state).toBe("uploaded");
  expect(putsOf(request)).toEqual(request.files.map(({ id }) => id));
});

test("a file that is taken back without a network stays here all the same, also after a restart", async () => {
  const storage = memoryStorage();
  const phone = journey.phone({ storage });
  const request = await asked(phone);
  journey.server.onNextPut(() => phone.beckon.stop());
  await phone.beckon.share(request.id).catch(() => {});
  const offline = journey.phone({ storage });
  journey.server.failNext(`${request.id}:withdraw`, "reset", 3);
  const [first] = request.files;
  await expect(offline.beckon.withdraw(request.id, [first?.id ?? ""])).rejects.toMatchObject({ code: "network" });
  // What had arrived before the stop would hide whether it is sent again.
  journey.server.blobs.delete(first?.id ?? "");
  const before = putsOf(request).length;
  await journey.phone({ storage }).beckon.upload(request.id);
  expect(putsOf(request).slice(before)).toEqual([request.files[1]?.id]);
  expect(held(request)).toEqual({ "app.log": undefined, "app.log.1": LOGS["app.log.1"] });
});

test("a take-back without a network is carried out at the next start, and nothing more is uploaded", async () => {
  const storage = memoryStorage();
  const phone = journey.phone({ storage });
  const request = await asked(phone);
  journey.server.onNextPut(() => phone.beckon.stop());
  await phone.beckon.share(request.id).catch(() => {});
  const offline = journey.phone({ storage });
  journey.server.failNext(`${request.id}:withdraw`, "reset", 3);
  await expect(offline.beckon.withdraw(request.id)).rejects.toMatchObject({ code: "network" });
  const before = putsOf(request).length;
  const next = journey.phone({ storage });
  await next.beckon.sync();
  await journey.server.answered(`${request.id}:withdraw`, 4);
  expect(request.state).toBe("withdrawn");
  expect(putsOf(request)).toHaveLength(before);
});

// ── Memory ──────────────────────────────────────────────────────────────────────────────────────────────────────────

test("a large file passes through in pieces: what the network has not taken is not read", async () => {
  const PIECE = 256 * 1024;
  const PIECES = 512;
  let readBytes = 0;
  let mostAhead = 0;
  let uploading = false;
  const large: FrozenFile = {
    name: "large.log",
    sizeBytes: PIECE * PIECES,
    modifiedAt: new Date(),
    async *stream() {
      readBytes = 0;
      const before = journey.server.readBytes();
      for (let i = 0; i < PIECES; i++) {
        readBytes += PIECE;
        if (uploading) mostAhead = Math.max(mostAhead, readBytes - (journey.server.readBytes() - before));
        yield new Uint8Array(PIECE).fill(i % 251);
      }
    },
  };
  const phone = journey.phone({ collectors: [{ name: "app", label: "App log", collect: async () => [large] }] });
  const request = await asked(phone, { maxBytes: large.sizeBytes });
  journey.server.onNextPut(() => void (uploading = true));
  expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
  expect(journey.server.blobs.get(request.files[0]?.id ?? "")?.length).toBe(large.sizeBytes);
  expect(mostAhead).toBeGreaterThan(0);
  expect(mostAhead).toBeLessThan(large.sizeBytes / 4);
  journey.server.blobs.clear();
});

test("another way to upload is given what it needs, and its bytes are checked as well", async () => {
  const seen: unknown[] = [];
  const phone = journey.phone({
    upload: async (source, url, headers, { onProgress }) => {
      seen.push([source.name, source.sizeBytes, source.sha256 === sha256(LOGS[source.name as keyof typeof LOGS])]);
      const response = await fetch(url, { method: "PUT", headers: { ...headers }, body: await source.blob() });
      onProgress(source.sizeBytes);
      return { status: response.status };
    },
  });
  const request = await asked(phone);
  expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
  expect(seen).toEqual([
    ["app.log", 19, true],
    ["app.log.1", 21, true],
  ]);
  expect(held(request)).toEqual(LOGS);
});

test("an empty log arrives as an empty file", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "app.log"), "soon gone");
    await truncate(join(folder, "app.log"));
    const phone = nodePhone(folder);
    const request = await asked(phone);
    expect((await phone.beckon.share(request.id)).state).toBe("uploaded");
    expect(held(request)).toEqual({ "app.log": "" });
  }));
