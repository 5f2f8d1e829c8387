import { expect, test } from "vitest";
import { freezeRequest } from "#sdk/freeze-request.ts";
import { type Collector, freezeBytes, type FrozenFile } from "#sdk/frozen-file.ts";
import type { DeviceLogRequest } from "#sdk/wire.ts";

function asking(more: Partial<DeviceLogRequest>): DeviceLogRequest {
  return { collectors: ["app"], maxBytes: 100, maxFiles: 10, ...more } as DeviceLogRequest;
}

function collector(name: string, files: readonly FrozenFile[]): Collector {
  return { name, label: `The ${name} log`, collect: async () => files };
}

function file(name: string, sizeBytes: number, day: number, released: string[] = []): FrozenFile {
  const modifiedAt = new Date(Date.UTC(2026, 10, day));
  const release = async () => void released.push(name);
  return { ...freezeBytes(name, "x".repeat(sizeBytes), { modifiedAt }), release };
}

const { signal } = new AbortController();

test("the newest files that fit are taken; the others are named and let go", async () => {
  const released: string[] = [];
  const files = [file("old.log", 10, 1, released), file("new.log", 60, 3, released), file("big.log", 50, 2, released)];
  const frozen = await freezeRequest(asking({}), [collector("app", files)], signal);
  expect(frozen.files.map(({ shown }) => shown.name)).toEqual(["new.log", "old.log"]);
  expect(frozen.leftOut.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([["big.log", 50]]);
  expect(released).toEqual(["big.log"]);
});

test("no more files are taken than were asked for, from all collectors together", async () => {
  const collectors = [collector("app", [file("a", 1, 1)]), collector("media", [file("b", 1, 3), file("c", 1, 2)])];
  const frozen = await freezeRequest(asking({ collectors: ["app", "media"], maxFiles: 2 }), collectors, signal);
  expect(frozen.files.map(({ shown }) => `${shown.label}: ${shown.name}`)).toEqual([
    "The media log: b",
    "The media log: c",
  ]);
  expect(frozen.leftOut.map(({ name }) => name)).toEqual(["a"]);
});

test("a collector that fails, or that the app has not, is named and takes nothing from the others", async () => {
  const broken: Collector = { name: "media", label: "", collect: () => Promise.reject(new Error("no disk")) };
  const wanted = asking({ collectors: ["media", "system", "app"] });
  const frozen = await freezeRequest(wanted, [broken, collector("app", [file("a", 1, 1)])], signal);
  expect(frozen.files).toHaveLength(1);
  expect(frozen.unavailable).toEqual([{ collector: "media", error: new Error("no disk") }, { collector: "system" }]);
});

test("two files of one name are told apart, as a consent names each once", async () => {
  const long = `${"n".repeat(300)}.log`;
  const files = [file("app.log", 1, 3), file("app.log", 2, 2), file(long, 1, 1), file("", 1, 0)];
  const frozen = await freezeRequest(asking({}), [collector("app", files)], signal);
  const names = frozen.files.map(({ shown }) => shown.name);
  expect(names).toEqual(["app.log", "app-2.log", `${"n".repeat(251)}.log`, "unnamed"]);
});

test("what stands in memory is frozen as it is, in pieces and in part", async () => {
  const source = new TextEncoder().encode("0123456789");
  const frozen = freezeBytes("app.log", source);
  source.fill(0);
  const read = async (start?: number, end?: number) => {
    let text = "";
    for await (const piece of frozen.stream(start, end)) text += new TextDecoder().decode(piece);
    return text;
  };
  expect([frozen.sizeBytes, await read(), await read(2, 5), await read(10)]).toEqual([10, "0123456789", "234", ""]);
});
