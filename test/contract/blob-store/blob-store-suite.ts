import { createHash, randomBytes, randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pickFreePort } from "#app/embedded/free-port.ts";
import { type BlobStoreOptions, createBlobStore } from "#adapters/azure-blob/create-blob-store.ts";
import { Problem } from "#domain/problems.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { errorCodeOf, putThrough } from "#test/support/blob-upload.ts";

export type StoreUnderTest = Pick<
  BlobStoreOptions,
  "endpoint" | "credential" | "ingestContainer" | "evidenceContainer"
>;

/** The names of a new file, as one owner's. */
function newNames() {
  const path = `${randomUUID()}/${randomUUID()}`;
  return { ingest: `ingest/${path}`, evidence: `evidence/${path}` };
}

function soon() {
  return Date.now() + 60_000;
}

function patience() {
  return AbortSignal.timeout(30_000);
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What is really held: without a collection first, Node lets as much garbage of chunks lie as the file is large. */
function liveBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().arrayBuffers;
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What every blob store must do, whatever signs its links: for the inside of a `describe`. */
export function blobStoreCases(start: () => Promise<StoreUnderTest & { stop?: () => Promise<void> }>): void {
  let options: BlobStoreOptions;
  let store: BlobStore;
  let stop: (() => Promise<void>) | undefined;
  const warnings: unknown[] = [];

  beforeAll(async () => {
    const { stop: stopIt, ...under } = await start();
    stop = stopIt;
    options = {
      ...under,
      allowInsecureHosts: ["127.0.0.1"],
      clock: { now: () => Date.now() },
      log: { warn: (...args) => warnings.push(args) },
    };
    store = createBlobStore(options);
    await store.prepare({ corsOrigins: ["http://localhost:5173"] });
  });
  afterAll(() => stop?.());

  async function upload(body: string | Uint8Array<ArrayBuffer>) {
    const names = newNames();
    const link = await store.createUploadLink(names.ingest, body.length, soon());
    const answer = await putThrough(link, body);
    expect(answer.status).toBe(201);
    return { ...names, link };
  }

  /** What an agent with a download link reads. */
  async function textAt(name: string): Promise<string> {
    const { url } = await store.createDownloadLink(name, "app.log", soon());
    return (await fetch(url)).text();
  }

  /** As somebody with a link for blocks could, where such a link can overwrite. */
  async function overwrite(ingest: string, body: string) {
    const inBlocks = createBlobStore({ ...options, largeFileBlocks: { overBytes: 0, allowOverwrite: true } });
    const { url } = await inBlocks.createUploadLink(ingest, body.length, soon());
    expect((await putThrough({ url, headers: { "x-ms-blob-type": "BlockBlob" } }, body)).status).toBe(201);
  }

  test("an upload link creates its file once and never again", async () => {
    const { ingest, link } = await upload("first");
    const again = await putThrough(link, "second");
    expect([403, 409]).toContain(again.status);
    const { "if-none-match": _, ...headers } = link.headers;
    expect((await putThrough({ url: link.url, headers }, "third")).status).toBe(403);
    expect(await textAt(ingest)).toBe("first");
  });

  test("an upload link is for one file, one permission, and says no start", async () => {
    const link = await store.createUploadLink(newNames().ingest, 1, soon());
    const query = new URL(link.url).searchParams;
    expect(link.upload).toBe("single");
    expect(Object.fromEntries(["sr", "sp", "st"].map((key) => [key, query.get(key)]))).toEqual({
      sr: "b",
      sp: "c",
      st: null,
    });
    expect(new Date(query.get("se") ?? "").getTime()).toBe(link.expiresAt);
  });

  test("an upload link reads, lists and deletes nothing", async () => {
    const { link } = await upload("secret");
    const { url } = link;
    for (const [method, address] of [
      ["GET", url],
      ["HEAD", url],
      ["DELETE", url],
      ["GET", `${url}&comp=blocklist`],
      ["PUT", `${url}&comp=metadata`],
    ] as const) {
      expect((await fetch(address, { method })).status, `${method} ${address.split("?")[0]}`).toBe(403);
    }
  });

  test("an upload link writes to no other file", async () => {
    const mine = newNames();
    const other = newNames();
    const link = await store.createUploadLink(mine.ingest, 3, soon());
    const path = (blob: string) => blob.replace(/^ingest/, options.ingestContainer);
    const stolen = link.url.replace(path(mine.ingest), path(other.ingest));
    expect(stolen).not.toBe(link.url);
    expect((await putThrough({ ...link, url: stolen }, "mine")).status).toBe(403);
    const evidence = link.url.replace(`/${options.ingestContainer}/`, `/${options.evidenceContainer}/`);
    expect((await putThrough({ ...link, url: evidence }, "mine")).status).toBe(403);
    expect(await store.head(other.ingest)).toBeUndefined();
  });

  test("an upload link that is over is refused", async () => {
    const { ingest } = newNames();
    const link = await store.createUploadLink(ingest, 4, Date.now() - 60_000);
    expect((await putThrough(link, "late")).status).toBe(403);
    expect(await store.head(ingest)).toBeUndefined();
  });

  test("a file that is larger than was said shows its real size", async () => {
    const { ingest } = newNames();
    const link = await store.createUploadLink(ingest, 3, soon());
    await putThrough(link, "much longer than three");
    expect((await store.head(ingest))?.sizeBytes).toBe(22);
  });

  test.for([0, 1, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1, 9 * 1024 * 1024 + 7])(
    "a file of %i bytes is written as it arrives, whatever the chunks, with its hash and its ETag",
    async (sizeBytes) => {
      const { ingest } = newNames();
      const bytes = randomBytes(sizeBytes);
      const chunks = async function* () {
        for (let at = 0; at < sizeBytes; at += 70_001) yield bytes.subarray(at, at + 70_001);
      };
      const written = await store.write(ingest, chunks(), patience());
      expect(written).toMatchObject({ sizeBytes, sha256: sha256(bytes) });
      expect(await store.inspect(ingest, patience())).toEqual(written);
    },
  );

  test("a file is written where nothing stands, and never over another", async () => {
    const { ingest } = await upload("first");
    const write = store.write(ingest, ReadableStream.from([Buffer.from("second")]), patience());
    await expect(write).rejects.toThrow("The file store is away");
    expect(await store.inspect(ingest, patience())).toMatchObject({ sha256: sha256("first") });
  });

  test.for([1, 3, 30])("of a file that breaks off after %i MiB nothing is left, not even blocks", async (mib) => {
    const { ingest } = newNames();
    const broken = new Error("the sender is gone");
    const chunks = async function* () {
      for (let sent = 0; sent < mib; sent += 1) yield randomBytes(1024 * 1024);
      throw broken;
    };
    await expect(store.write(ingest, chunks(), patience())).rejects.toBe(broken);
    expect(await store.head(ingest)).toBeUndefined();
    // Staged blocks would stand in the way of a first block of another length.
    expect(await store.write(ingest, ReadableStream.from([Buffer.from("anew")]), patience())).toMatchObject({
      sha256: sha256("anew"),
    });
  });

  test("writing stops when the writer is told to, and leaves nothing", async () => {
    const { ingest } = newNames();
    const stop = new AbortController();
    const chunks = async function* () {
      for (let sent = 0; ; sent += 1) {
        if (sent === 10) stop.abort(new Error("enough"));
        yield randomBytes(1024 * 1024);
      }
    };
    await expect(store.write(ingest, chunks(), stop.signal)).rejects.toThrow("enough");
    expect(await store.head(ingest)).toBeUndefined();
  });

  test("a large file is written without being held in memory", { timeout: 60_000 }, async () => {
    const { ingest } = newNames();
    const chunk = randomBytes(1024 * 1024);
    const before = liveBytes();
    let most = 0;
    const chunks = async function* () {
      for (let sent = 0; sent < 96; sent += 1) {
        if (sent % 16 === 0) most = Math.max(most, liveBytes());
        yield chunk;
      }
    };
    await store.write(ingest, chunks(), patience());
    expect(most - before).toBeLessThan(24 * 1024 * 1024);
  });

  test("a file is read back whole, with its hash and the ETag of what was hashed", async () => {
    const { ingest } = await upload("what the user saw");
    const head = await store.head(ingest);
    expect(await store.inspect(ingest, patience())).toEqual({
      sizeBytes: 17,
      sha256: sha256("what the user saw"),
      etag: head?.etag,
    });
    expect(Math.abs(Date.now() - (head?.lastModifiedAt ?? 0))).toBeLessThan(60_000);
  });

  test("an empty file has the hash of nothing", async () => {
    const { ingest } = await upload("");
    expect(await store.inspect(ingest, patience())).toMatchObject({ sizeBytes: 0, sha256: sha256("") });
  });

  test("a large file is hashed without being held in memory", { timeout: 60_000 }, async () => {
    const bytes = randomBytes(64 * 1024 * 1024);
    const { ingest } = await upload(bytes);
    const before = liveBytes();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, liveBytes())), 20);
    const content = await store.inspect(ingest, patience());
    clearInterval(watch);
    expect(content?.sha256).toBe(sha256(bytes));
    expect((peak - before) / 2 ** 20).toBeLessThan(8);
  });

  test("reading stops when the reader gives up", async () => {
    const { ingest } = await upload(randomBytes(4 * 1024 * 1024));
    const giveUp = new AbortController();
    const reading = store.inspect(ingest, giveUp.signal);
    giveUp.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
    await expect(store.inspect(ingest, giveUp.signal)).rejects.toThrow("enough");
  });

  test("a file becomes evidence, and may become it again", async () => {
    const { ingest, evidence } = await upload("proof");
    const etag = (await store.head(ingest))?.etag ?? "";
    const first = await store.promote(ingest, evidence, etag, patience());
    expect(first).toEqual({ kind: "promoted", etag: (await store.head(evidence))?.etag });
    const second = await store.promote(ingest, evidence, etag, patience());
    expect(second).toEqual({ kind: "promoted", etag: (await store.head(evidence))?.etag });
    expect(await textAt(evidence)).toBe("proof");
    expect(await textAt(ingest)).toBe("proof");
  });

  test("a file that was overwritten after it was hashed does not become evidence", async () => {
    const { ingest, evidence } = await upload("as shown");
    const content = await store.inspect(ingest, patience());
    await overwrite(ingest, "as swapped");
    expect(await store.promote(ingest, evidence, content?.etag ?? "", patience())).toEqual({ kind: "changed" });
    expect(await store.head(evidence)).toBeUndefined();
  });

  test("a part of a file is read, on the condition that it is the file that is meant", async () => {
    const { ingest } = await upload("0123456789");
    const etag = (await store.head(ingest))?.etag ?? "";
    const part = async (offset: number, lengthBytes: number, ifMatch = etag) =>
      textOf(await store.readPart(ingest, { offset, lengthBytes }, ifMatch, patience()));
    expect(await part(0, 1)).toBe("0");
    expect(await part(3, 4)).toBe("3456");
    expect(await part(9, 1)).toBe("9");
    expect(await part(0, 10)).toBe("0123456789");
    expect(await part(0, 10, '"0x1"')).toBeUndefined();
    await overwrite(ingest, "another one");
    expect(await part(0, 10)).toBeUndefined();
  });

  test("what is not there is an answer and not an error", async () => {
    const { ingest, evidence } = newNames();
    expect(await store.readPart(ingest, { offset: 0, lengthBytes: 1 }, '"0x1"', patience())).toBeUndefined();
    expect(await store.head(ingest)).toBeUndefined();
    expect(await store.inspect(ingest, patience())).toBeUndefined();
    expect(await store.promote(ingest, evidence, '"0x1"', patience())).toEqual({ kind: "missing" });
  });

  test("a file is removed, and removing it again is no trouble", async () => {
    const { ingest } = await upload("over");
    await store.remove(ingest);
    await store.remove(ingest);
    expect(await store.head(ingest)).toBeUndefined();
  });

  test("each room lists its own files", async () => {
    const { ingest, evidence } = await upload("listed");
    await store.promote(ingest, evidence, (await store.head(ingest))?.etag ?? "", patience());
    const namesIn = async (room: "ingest" | "evidence") =>
      (await allOf(store.list(room))).flatMap(({ blobs }) => blobs).map((blob) => blob.name);
    expect(await namesIn("ingest")).toContain(ingest);
    expect(await namesIn("ingest")).not.toContain(evidence);
    expect(await namesIn("evidence")).toContain(evidence);
  });

  test("a listing goes on where a page said, and shows every file once", async () => {
    const names = new Set<string>();
    while (names.size < 5) names.add((await upload("listed")).ingest);
    const listed: string[] = [];
    let from: string | undefined;
    do {
      for await (const page of store.list("ingest", { pageSize: 2, ...(from !== undefined && { from }) })) {
        expect(page.blobs.length).toBeLessThanOrEqual(2);
        listed.push(...page.blobs.map(({ name }) => name));
        from = page.next;
        // Each page by a listing of its own.
        break;
      }
    } while (from !== undefined);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.filter((name) => names.has(name))).toHaveLength(names.size);
  });

  test.for([
    { fileName: "call.log", plain: "call.log", encoded: "call.log" },
    { fileName: 'the "last" call.log', plain: "the _last_ call.log", encoded: "the%20%22last%22%20call.log" },
    { fileName: "it's (1)*.log", plain: "it's (1)*.log", encoded: "it%27s%20%281%29%2A.log" },
    { fileName: "\u202Egol.exe", plain: "gol.exe", encoded: "gol.exe" },
    { fileName: "\u05E9\u05DC\u200F.log", plain: "__.log", encoded: "%D7%A9%D7%9C.log" },
    { fileName: "crash 💥.log", plain: "crash _.log", encoded: "crash%20%F0%9F%92%A5.log" },
    {
      fileName: "../../etc/passwd\r\nset-cookie: a",
      plain: ".._.._etc_passwdset-cookie: a",
      encoded: ".._.._etc_passwdset-cookie%3A%20a",
    },
    { fileName: "\uD800", plain: "_", encoded: "%EF%BF%BD" },
    { fileName: "", plain: "file", encoded: "file" },
  ])("a download is an attachment with the name of $fileName", async ({ fileName, plain, encoded }) => {
    const { ingest } = await upload("<script>");
    const { url } = await store.createDownloadLink(ingest, fileName, soon());
    const answer = await fetch(url);
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
    );
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(await answer.text()).toBe("<script>");
  });

  test("a download link writes nothing and ends with its time", async () => {
    const { ingest } = await upload("read me");
    const { url } = await store.createDownloadLink(ingest, "a.log", soon());
    expect((await putThrough({ url, headers: { "x-ms-blob-type": "BlockBlob" } }, "x")).status).toBe(403);
    expect((await fetch(url, { method: "DELETE" })).status).toBe(403);
    const over = await store.createDownloadLink(ingest, "a.log", Date.now() - 60_000);
    expect((await fetch(over.url)).status).toBe(403);
  });

  test("links name the public address, and everything else in them stays", async () => {
    const elsewhere = createBlobStore({ ...options, publicUrl: "https://files.example.com" });
    const { ingest } = newNames();
    const link = await elsewhere.createUploadLink(ingest, 3, soon());
    const url = new URL(link.url);
    expect(url.host).toBe("files.example.com");
    expect(url.searchParams.get("spr")).toBe("https");
    const home = new URL(options.endpoint);
    const there = new URL(url.pathname + url.search, home).href;
    // A link for https alone is refused over http, so that only the https store can follow it home.
    expect((await putThrough({ ...link, url: there }, "abc")).status).toBe(home.protocol === "https:" ? 201 : 403);
  });

  test("a page of an allowed origin may PUT, and no other page", async () => {
    const { url } = await store.createUploadLink(newNames().ingest, 3, soon());
    const ask = (origin: string) =>
      fetch(url, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "PUT",
          "access-control-request-headers": "content-type,if-none-match,x-ms-blob-type",
        },
      });
    const allowed = await ask("http://localhost:5173");
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect((await ask("http://evil.example")).status).toBe(403);
  });

  test("preparing twice changes nothing", async () => {
    await store.prepare({ corsOrigins: ["http://localhost:5173"] });
    await store.prepare({ corsOrigins: [] });
    const anonymous = await fetch(`${options.endpoint}/${options.ingestContainer}?restype=container&comp=list`);
    expect(anonymous.status).not.toBe(200);
  });

  test("a page that uploads reads why it was refused, and how long a busy store asks it to wait", async () => {
    const { url, headers } = await store.createUploadLink(newNames().ingest, 4, soon());
    const origin = "http://localhost:5173";
    const answer = await fetch(url, { method: "PUT", headers: { ...headers, Origin: origin }, body: "text" });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    const exposed = answer.headers.get("access-control-expose-headers")?.split(",");
    expect(exposed).toEqual(expect.arrayContaining(["x-ms-error-code", "retry-after"]));
  });

  test("the check uses a real link, says what it found, and leaves nothing behind", async () => {
    // Azurite lets a create-only link write no blocks; the check must have tried to know.
    expect(await store.check(patience())).toEqual({ createCoversBlocks: false });
    const left = (await allOf(store.list("ingest")))
      .flatMap(({ blobs }) => blobs)
      .filter(({ name }) => name.includes("canary"));
    expect(left).toEqual([]);
  });

  test("a file too large for one PUT gets blocks only where a setting allows that they overwrite", async () => {
    const { ingest } = newNames();
    const size = 5_000 * 1024 * 1024 + 1;
    await expect(store.createUploadLink(ingest, size, soon())).rejects.toThrow(/leave to overwrite/);
    const allowing = createBlobStore({
      ...options,
      largeFileBlocks: { overBytes: 5_000 * 1024 * 1024, allowOverwrite: true },
    });
    const link = await allowing.createUploadLink(ingest, size, soon());
    expect(link.upload).toBe("blocks");
    expect(new URL(link.url).searchParams.get("sp")).toBe("w");
    const id = Buffer.from("0001").toString("base64");
    const block = await fetch(`${link.url}&comp=block&blockid=${encodeURIComponent(id)}`, {
      method: "PUT",
      body: "part",
    });
    expect(block.status).toBe(201);
    const commit = () =>
      fetch(`${link.url}&comp=blocklist`, {
        method: "PUT",
        headers: link.headers,
        body: `<?xml version="1.0"?><BlockList><Latest>${id}</Latest></BlockList>`,
      });
    expect((await commit()).status).toBe(201);
    const second = await commit();
    expect([second.status, errorCodeOf(second)]).toEqual([409, "BlobAlreadyExists"]);
    expect(await textAt(ingest)).toBe("part");
  });

  test("a store that is away is a Problem that says when to come back", { timeout: 30_000 }, async () => {
    const closed = new URL(options.endpoint);
    closed.port = String(await pickFreePort());
    const away = createBlobStore({ ...options, endpoint: closed.href });
    const { ingest, evidence } = newNames();
    const calls = {
      head: () => away.head(ingest),
      inspect: () => away.inspect(ingest, patience()),
      readPart: () => away.readPart(ingest, { offset: 0, lengthBytes: 1 }, '"0x1"'),
      promote: () => away.promote(ingest, evidence, '"0x1"', patience()),
      remove: () => away.remove(ingest),
      list: () => allOf(away.list("ingest")),
      prepare: () => away.prepare({ corsOrigins: [] }),
      check: () => away.check(patience()),
    };
    for (const [what, use] of Object.entries(calls)) {
      const trouble = await use().then(
        () => "nothing was thrown",
        (error: unknown) => error,
      );
      expect(trouble, what).toBeInstanceOf(Problem);
      expect(trouble, what).toMatchObject({ code: "blob_store_unavailable", retryAfterSeconds: 10 });
      const said = JSON.stringify(trouble, Object.getOwnPropertyNames(trouble)) + String((trouble as Problem).cause);
      expect(said, what).not.toMatch(/sig=(?!\[redacted\])/);
    }
  });

  test("a container that is missing is the operator's trouble and nobody's missing file", async () => {
    const bare = createBlobStore({ ...options, ingestContainer: "never-made", evidenceContainer: "never-made" });
    const { ingest } = newNames();
    for (const use of [bare.head(ingest), bare.inspect(ingest, patience()), bare.remove(ingest)]) {
      await expect(use).rejects.toMatchObject({
        code: "blob_store_unavailable",
        detail: expect.stringContaining("beckon migrate"),
      });
    }
  });

  test("an address without https is taken only for hosts that are named", () => {
    expect(() => createBlobStore({ ...options, endpoint: "http://files.example.com/acc" })).toThrow(/not https/);
    expect(() => createBlobStore({ ...options, publicUrl: "http://files.example.com" })).toThrow(/not https/);
  });
}

async function textOf(bytes: AsyncIterable<Uint8Array> | undefined): Promise<string | undefined> {
  return bytes && Buffer.concat(await allOf(bytes)).toString();
}
