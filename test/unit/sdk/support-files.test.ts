import { expect, test } from "vitest";
import type { Collector, CollectRequest, FrozenFile } from "#sdk/frozen-file.ts";
import { supportFileKind, type SupportFilesBridge, supportFilesCollectors } from "#sdk/support-files.ts";

const FOLDER = "/data/data/com.contoso.app/files";
const at = (minute: number) => Date.UTC(2026, 10, 22, 9, minute);

/** A phone's files, and a folder for copies of them. */
function phone(files: Record<string, { text: string; modifiedAt: number; createdAt?: number }>) {
  const copies: Record<string, string> = {};
  const reads: string[] = [];
  const textOf = (uri: string) => {
    const text = copies[uri] ?? files[uri]?.text;
    if (text === undefined) throw new Error(`no ${uri}`);
    return text;
  };
  const bridge: SupportFilesBridge = {
    list: async () => Object.keys(files),
    async stat(uri) {
      const sizeBytes = textOf(uri).length;
      return { sizeBytes, modifiedAt: files[uri]?.modifiedAt ?? 0, createdAt: files[uri]?.createdAt };
    },
    async read(uri, start, end) {
      reads.push(uri);
      return new TextEncoder().encode(textOf(uri).slice(start, end));
    },
  };
  const withCopies: SupportFilesBridge = {
    ...bridge,
    copies: {
      async make(uri, sizeBytes) {
        const copy = `/copies/${Object.keys(copies).length}`;
        copies[copy] = textOf(uri).slice(0, sizeBytes);
        return copy;
      },
      list: async () => Object.keys(copies),
      remove: async (copy) => void delete copies[copy],
    },
  };
  return { bridge, withCopies, files, copies, reads };
}

const LABELS = { calling: "Call log", media: "Audio and video log" };

async function collect(collector: Collector | undefined, more: Partial<CollectRequest> = {}) {
  const left: Parameters<CollectRequest["leaveOut"]>[0][] = [];
  const files = await collector?.collect({
    window: undefined,
    maxBytes: 1000,
    maxFiles: 10,
    signal: new AbortController().signal,
    leaveOut: (file) => left.push(file),
    ...more,
  });
  return { files: files ?? [], left };
}

async function textOf(file: FrozenFile | undefined): Promise<string> {
  let text = "";
  for await (const piece of file?.stream() ?? []) text += new TextDecoder().decode(piece);
  return text;
}

test("calling and media logs are told apart by name, and empty files are left out and named", async () => {
  const { bridge } = phone({
    [`${FOLDER}/acs_sdk.blog`]: { text: "calling", modifiedAt: at(5) },
    [`${FOLDER}/acs_sdk.1.blog`]: { text: "", modifiedAt: at(4) },
    [`${FOLDER}/media-stack/trace.etl`]: { text: "media", modifiedAt: at(5) },
  });
  const [calling, media] = supportFilesCollectors({ bridge, labels: LABELS });
  expect([calling?.name, calling?.label, media?.name, media?.label]).toEqual([
    "acs-calling",
    "Call log",
    "media",
    "Audio and video log",
  ]);
  const found = await collect(calling);
  expect(found.files.map(({ name }) => name)).toEqual(["acs_sdk.blog"]);
  expect(await textOf(found.files[0])).toBe("calling");
  expect(found.left).toEqual([{ name: "acs_sdk.1.blog", sizeBytes: 0, modifiedAt: new Date(at(4)), reason: "empty" }]);
  expect((await collect(media)).files.map(({ name }) => name)).toEqual(["trace.etl"]);
});

test("names are told apart as Microsoft documents them, and otherwise as the app says", async () => {
  expect(["acs_sdk.blog", "ACS_sdk.2.blog", "acs_sdk.blog.1"].map(supportFileKind)).toEqual(Array(3).fill("calling"));
  expect(["acs_media.blog", "skype.etl", "x.blog"].map(supportFileKind)).toEqual(Array(3).fill("media"));
  const { bridge } = phone({ "/x/core.log": { text: "a", modifiedAt: at(0) } });
  const [calling] = supportFilesCollectors({ bridge, labels: LABELS, kindOf: () => "calling" });
  expect((await collect(calling)).files).toHaveLength(1);
});

test("a file is named as people read it, from the paths and URIs of every platform", async () => {
  const { bridge } = phone({
    "file:///var/mobile/Documents/acs%20sdk.blog": { text: "a", modifiedAt: at(3) },
    "content://app/files/acs_b.blog?x=1": { text: "a", modifiedAt: at(2) },
    "C:\\Users\\ada\\Local\\acs_c.blog": { text: "a", modifiedAt: at(1) },
    "content://app/document/raw%3A%2Fstorage%2Facs_d.blog": { text: "a", modifiedAt: at(0) },
  });
  const [calling] = supportFilesCollectors({ bridge, labels: LABELS });
  const { files } = await collect(calling);
  expect(files.map(({ name }) => name)).toEqual(["acs sdk.blog", "acs_b.blog", "acs_c.blog", "acs_d.blog"]);
});

test("without copies a file is frozen as the bytes that it had, whatever is appended", async () => {
  const device = phone({ "/x/acs.blog": { text: "before", modifiedAt: at(0) } });
  const [calling] = supportFilesCollectors({ bridge: device.bridge, labels: LABELS });
  const { files } = await collect(calling);
  device.files["/x/acs.blog"]!.text += " and after";
  expect([files[0]?.sizeBytes, await textOf(files[0])]).toEqual([6, "before"]);
  expect(files[0]?.saved).toBeUndefined();
});

test("with copies a file survives rotation and a restart, and its copy goes when it is needed no more", async () => {
  const device = phone({ "/x/acs.blog": { text: "before", modifiedAt: at(1), createdAt: at(0) } });
  const [calling] = supportFilesCollectors({ bridge: device.withCopies, labels: LABELS });
  const { files } = await collect(calling);
  delete device.files["/x/acs.blog"];
  const [again] = supportFilesCollectors({ bridge: device.withCopies, labels: LABELS });
  const reopened = await again?.reopen?.(files[0]?.saved ?? "");
  expect(await textOf(reopened)).toBe("before");
  expect(reopened).toMatchObject({
    name: "acs.blog",
    sizeBytes: 6,
    modifiedAt: new Date(at(1)),
    coversFrom: new Date(at(0)),
    coversTo: new Date(at(1)),
  });
  await reopened?.release?.();
  expect(device.copies).toEqual({});
  expect(await again?.reopen?.(files[0]?.saved ?? "")).toBeUndefined();
});

test("at start the copies that neither collector needs go, and the others stay", async () => {
  const device = phone({
    "/x/acs.blog": { text: "a", modifiedAt: at(0) },
    "/x/media.etl": { text: "b", modifiedAt: at(0) },
  });
  const before = supportFilesCollectors({ bridge: device.withCopies, labels: LABELS });
  const [calling, media] = await Promise.all(before.map((one) => collect(one)));
  await collect(before[0]);
  expect(Object.keys(device.copies)).toHaveLength(3);
  const after = supportFilesCollectors({ bridge: device.withCopies, labels: LABELS });
  for (const [index, found] of [calling, media].entries())
    await after[index]?.releaseAllBut?.(found?.files.map(({ saved }) => saved ?? "") ?? []);
  expect(Object.values(device.copies).toSorted()).toEqual(["a", "b"]);
});

test("what is too much, cannot be read, or was last written before the window is not copied", async () => {
  const device = phone({
    "/x/acs_new.blog": { text: "12345", modifiedAt: at(9) },
    "/x/acs_large.blog": { text: "x".repeat(2000), modifiedAt: at(8) },
    "/x/acs_old.blog": { text: "old", modifiedAt: at(1) },
  });
  const bridge = { ...device.withCopies, list: async () => [...Object.keys(device.files), "/x/acs_gone.blog"] };
  const [calling] = supportFilesCollectors({ bridge, labels: LABELS });
  const { files, left } = await collect(calling, { window: { from: new Date(at(5)), to: new Date(at(10)) } });
  expect(files.map(({ name }) => name)).toEqual(["acs_new.blog"]);
  expect(left.map(({ name, reason }) => [name, reason])).toEqual([
    ["acs_gone.blog", "unreadable"],
    ["acs_large.blog", "over_max_bytes"],
  ]);
  expect(Object.keys(device.copies)).toHaveLength(1);
});
