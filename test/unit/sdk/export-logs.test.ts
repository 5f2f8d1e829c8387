import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { exportManifest } from "#contract/exports.ts";
import { hasCode } from "#sdk/beckon-error.ts";
import { exportLogs, type ExportOptions } from "#sdk/export-logs.ts";
import { type Collector, freezeBytes, type FrozenFile } from "#sdk/frozen-file.ts";
import { shareOrDownload } from "#sdk/share-file.ts";
import { readZip } from "./read-zip.ts";

const MODIFIED = new Date("2026-11-22T09:30:44Z");
const NOW = new Date("2026-11-22T10:00:00.500Z");

function collector(name: string, files: readonly FrozenFile[], released: string[] = []): Collector {
  const collect = async () => files.map((file) => ({ ...file, release: async () => void released.push(file.name) }));
  return { name, label: `The ${name} log`, collect };
}
const file = (name: string, text: string) => freezeBytes(name, text, { modifiedAt: MODIFIED });

/** Exports, and reads what was handed on. */
async function exported(options: Partial<ExportOptions>) {
  const handed: { zip: Buffer; name: string }[] = [];
  const result = await exportLogs({
    collectors: [],
    now: () => NOW,
    share: async (zip, name) => void handed.push({ zip: Buffer.from(await zip.arrayBuffer()), name }),
    ...options,
  });
  const entries = handed[0] ? readZip(handed[0].zip) : [];
  return { result, handed, entries, paths: entries.map(({ path }) => path) };
}

afterEach(() => vi.unstubAllGlobals());

test("the zip holds the logs and first a manifest that says all of them, as the contract has it", async () => {
  const released: string[] = [];
  const covered = freezeBytes("app.log", "one\n", {
    modifiedAt: MODIFIED,
    coversFrom: new Date(MODIFIED.getTime() - 60_000),
    coversTo: MODIFIED,
  });
  const { result, handed, entries } = await exported({
    collectors: [collector("app", [covered], released), collector("acs-calling", [file("acs_sdk.blog", "\u0000x")])],
    callIds: ["call-1"],
    appVersion: "7.1",
    window: { from: new Date("2026-11-22T09:00:00Z"), to: MODIFIED },
  });
  expect(handed[0]?.name).toBe("beckon-logs-2026-11-22T10-00-00Z.zip");
  expect(result).toMatchObject({ outcome: "shared", name: handed[0]?.name });
  expect(result?.zip.type).toBe("application/zip");
  expect(entries.map(({ path }) => path)).toEqual(["manifest.json", "app/app.log", "acs-calling/acs_sdk.blog"]);
  const manifest = exportManifest.parse(JSON.parse(entries[0]?.content.toString() ?? ""));
  expect(manifest).toEqual(result?.manifest);
  expect(manifest).toMatchObject({
    createdAt: NOW.toISOString(),
    appVersion: "7.1",
    callIds: ["call-1"],
    window: { from: "2026-11-22T09:00:00.000Z", to: MODIFIED.toISOString() },
    files: [{ collector: "app", name: "app.log", coversFrom: "2026-11-22T09:29:44.000Z" }, { name: "acs_sdk.blog" }],
  });
  for (const { path, sha256, sizeBytes } of manifest.files) {
    const content = entries.find((entry) => entry.path === path)?.content ?? Buffer.alloc(0);
    expect([content.length, createHash("sha256").update(content).digest("hex")]).toEqual([sizeBytes, sha256]);
  }
  expect(released).toEqual(["app.log"]);
});

test("the same logs at the same time give the same zip", async () => {
  const how = { collectors: [collector("app", [file("app.log", "x".repeat(100_000))])] };
  const [one, other] = [await exported(how), await exported(how)];
  expect(one.handed[0]?.zip.equals(other.handed[0]?.zip ?? Buffer.alloc(0))).toBe(true);
});

test("no name leaves the zip's folders, hides its ending, or meets another on any system", async () => {
  const names = [
    "../../etc/passwd",
    "C:\\a.log",
    "a.log",
    "A.log",
    "gpj\u202egol.exe",
    "nul\u0000l",
    "..",
    "grüße 🎧.log",
  ];
  const { paths, result } = await exported({
    collectors: [
      collector(
        "app",
        names.map((name) => file(name, name)),
      ),
    ],
  });
  expect(paths.slice(1)).toEqual([
    "app/__.._etc_passwd",
    "app/C__a.log",
    "app/a.log",
    "app/A-2.log",
    "app/gpj_gol.exe",
    "app/nul_l",
    "app/_",
    "app/grüße 🎧.log",
  ]);
  // The manifest keeps each as it was.
  expect(result?.manifest.files.map(({ name }) => name)).toEqual(names);
});

test("what was left out is in the manifest, a collector that failed as well", async () => {
  const broken: Collector = { name: "media", label: "", collect: () => Promise.reject(new Error("no disk")) };
  const files = [file("new.log", "12345"), freezeBytes("old.log", "67890", { modifiedAt: new Date(0) })];
  const { result, paths } = await exported({ collectors: [collector("app", files), broken], maxBytes: 6 });
  expect(paths).toEqual(["manifest.json", "app/new.log"]);
  expect(result?.manifest.leftOut).toEqual([
    { collector: "media", reason: "collector_failed" },
    { collector: "app", name: "old.log", sizeBytes: 5, reason: "over_max_bytes" },
  ]);
  exportManifest.parse(result?.manifest);
});

test("only what the user chose goes in, and nothing is made where they chose not to", async () => {
  const released: string[] = [];
  const collectors = [collector("app", [file("a.log", "a"), file("b.log", "b")], released)];
  const some = await exported({ collectors, choose: async (files) => files.filter(({ name }) => name === "b.log") });
  expect(some.paths).toEqual(["manifest.json", "app/b.log"]);
  expect(some.result?.manifest.leftOut).toEqual([]); // what the user unticked is nobody's business
  const none = await exported({ collectors, choose: async () => undefined });
  expect([none.result, none.handed]).toEqual([undefined, []]);
  expect(released).toEqual(["a.log", "b.log", "a.log", "b.log"]);
});

test("a file that changes after it was read is not exported as if it were right", async () => {
  let reads = 0;
  const changing: FrozenFile = {
    ...file("app.log", "12345"),
    blob: undefined,
    async *stream() {
      yield new TextEncoder().encode(reads++ === 0 ? "12345" : "54321");
    },
  };
  const unreadable = (error: unknown) => hasCode(error, "file_unreadable");
  await expect(exported({ collectors: [collector("app", [changing])] })).rejects.toSatisfy(unreadable);
});

test("a page shares where the system takes the file, and downloads where it does not", async () => {
  const shared: string[] = [];
  const clicked: string[] = [];
  const page = (share: () => Promise<void>, canShare = true) => {
    vi.stubGlobal("navigator", { canShare: () => canShare, share });
    vi.stubGlobal("document", {
      createElement: () => ({
        href: "",
        download: "",
        click() {
          clicked.push(this.download);
        },
      }),
    });
    return shareOrDownload(new Blob(["x"]), "a.zip");
  };
  const named = (name: string) => Promise.reject(Object.assign(new Error(name), { name }));
  expect(await page(async () => void shared.push("a.zip"))).toBe("shared");
  expect(await page(() => named("AbortError"))).toBe("cancelled");
  expect([shared, clicked]).toEqual([["a.zip"], []]);
  expect(await page(() => named("NotAllowedError"))).toBe("downloaded");
  expect(await page(() => named("unused"), false)).toBe("downloaded");
  expect(clicked).toEqual(["a.zip", "a.zip"]);
});

test("where there is no page, the app is told to say how to share", async () => {
  await expect(shareOrDownload(new Blob(["x"]), "a.zip")).rejects.toSatisfy((error) => hasCode(error, "cannot_share"));
});
