import { describe, expect, test } from "vitest";
import { createRadio } from "#phone/system/radio.ts";
import { createSwitches } from "#phone/system/switches.ts";
import type { SdkClock, Upload, UploadSource } from "#sdk/create-beckon.ts";

function memory(): Pick<Storage, "getItem" | "setItem"> {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

/** A clock on which waiting takes no time; it tells what was waited for. */
function hurriedClock() {
  const waitedMs: number[] = [];
  const clock: SdkClock = {
    now: () => 0,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      waitedMs.push(ms);
    },
  };
  return { clock, waitedMs };
}

const source = (sizeBytes: number): UploadSource => ({
  fileId: "",
  name: "app.log",
  sizeBytes,
  sha256: "",
  saved: undefined,
  async *stream() {
    yield new Uint8Array(sizeBytes);
  },
  blob: () => Promise.resolve(new Blob([new Uint8Array(sizeBytes)])),
});
const ENDLESS: Upload = (_source, _url, _headers, { signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const nothing = () => {};
const unheard = { signal: new AbortController().signal, onProgress: nothing };

function makeRadio(more: { send?: Upload; clock?: SdkClock; fetch?: () => Promise<Response> } = {}) {
  const switches = createSwitches(memory(), "switches");
  const radio = createRadio({
    switches,
    fetch: more.fetch ?? (() => Promise.resolve(new Response("here"))),
    send: more.send ?? (() => Promise.resolve({ status: 201 })),
    clock: more.clock ?? hurriedClock().clock,
  });
  return { switches, radio };
}

describe("offline", () => {
  test("a call fails as the network's own failures do, and works again when the phone is back", async () => {
    const { switches, radio } = makeRadio();
    switches.set("offline", true);
    await expect(radio.fetch("http://api")).rejects.toThrow(TypeError);
    switches.set("offline", false);
    expect(await (await radio.fetch("http://api")).text()).toBe("here");
  });

  test("an upload that is under way is cut", async () => {
    const { switches, radio } = makeRadio({ send: ENDLESS });
    const going = radio.upload(source(10), "http://blobs", {}, unheard);
    switches.set("offline", true);
    await expect(going).rejects.toThrow(TypeError);
  });

  test("whoever waits before the next attempt is woken when the network is back", async () => {
    const { switches, radio } = makeRadio({
      clock: {
        now: () => 0,
        sleep: (_ms, signal) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      },
    });
    switches.set("offline", true);
    const waiting = radio.clock.sleep(60_000, new AbortController().signal);
    switches.set("offline", false);
    await expect(waiting).resolves.toBeUndefined();
  });
});

describe("slow", () => {
  test("an upload is paced at 150 kB a second, then sent, and its bar never falls back", async () => {
    const { clock, waitedMs } = hurriedClock();
    const send: Upload = async (_source, _url, _headers, { onProgress }) => {
      onProgress(0);
      onProgress(300_000);
      return { status: 201 };
    };
    const { switches, radio } = makeRadio({ send, clock });
    switches.set("slow", true);
    const progress: number[] = [];
    const { signal } = new AbortController();
    const { status } = await radio.upload(
      source(300_000),
      "http://blobs",
      {},
      { signal, onProgress: (sent) => void progress.push(sent) },
    );
    expect(status).toBe(201);
    expect(waitedMs.reduce((sum, ms) => sum + ms, 0)).toBe(2_000);
    expect(progress.at(-1)).toBe(300_000);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  });

  test("an upload that was slow goes on at full speed as soon as the network is fast", async () => {
    const { clock, waitedMs } = hurriedClock();
    const { switches, radio } = makeRadio({ clock });
    switches.set("slow", true);
    await radio.upload(
      source(300_000),
      "http://blobs",
      {},
      { ...unheard, onProgress: () => switches.set("slow", false) },
    );
    expect(waitedMs).toHaveLength(1);
  });
});

test("switches are as they were left before the page was loaded again", () => {
  const storage = memory();
  createSwitches(storage, "switches").set("metered", true);
  const again = createSwitches(storage, "switches");
  expect(again.isOn("metered")).toBe(true);
  expect(again.isOn("offline")).toBe(false);
});
