import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freezeBytes, memoryStorage } from "#sdk/create-beckon.ts";
import { LOGS, memoryCollector, quickClock, startJourney } from "./journey.ts";

const HOUR_MS = 60 * 60 * 1000;

let journey: Awaited<ReturnType<typeof startJourney>>;
beforeAll(async () => {
  journey = await startJourney();
});
afterAll(() => journey.end());

function held(request: { files: { id: string; name: string }[] }): Record<string, string | undefined> {
  return Object.fromEntries(request.files.map(({ id, name }) => [name, journey.server.blobs.get(id)?.toString()]));
}

/** A device whose clock is wrong until somebody sets it right. */
function wrongClock(wrongMs: number) {
  const quick = quickClock();
  const wrong = { ms: wrongMs };
  return { clock: { ...quick, now: () => quick.now() + wrong.ms }, setRight: () => void (wrong.ms = 0) };
}

test("a clock that is set right in the middle of an answer loses nothing of it", async () => {
  const { clock, setRight } = wrongClock(-26 * HOUR_MS);
  const phone = journey.phone({ clock });
  const request = journey.server.addRequest();
  await phone.beckon.sync();
  await phone.beckon.review(request.id);
  setRight();
  journey.server.failNext("PUT /blobs/", { status: 503 });
  expect(await phone.beckon.share(request.id)).toMatchObject({ state: "uploaded" });
  expect(held(request)).toEqual(LOGS);
});

test.each(["PUT /blobs/", ":createUploadLinks"])(
  "where the clock is a day behind, the date until which %s is to wait is read by the server's clock",
  async (what) => {
    const serverNow = () => Date.now() + 26 * HOUR_MS;
    journey.server.follow(serverNow);
    onTestFinished(() => journey.server.follow(Date.now));
    const phone = journey.phone();
    const request = journey.server.addRequest();
    await phone.beckon.sync();
    await phone.beckon.review(request.id);
    const until = new Date(serverNow() + 20_000).toUTCString();
    if (what !== "PUT /blobs/") journey.server.failNext("PUT /blobs/", { status: 503 });
    journey.server.failNext(what, { status: 429, code: "rate_limited", headers: { "Retry-After": until } });
    expect(await phone.beckon.share(request.id)).toMatchObject({ state: "uploaded" });
    expect(held(request)).toEqual(LOGS);
    const longestMs = Math.max(...phone.clock.slept);
    expect(longestMs).toBeGreaterThan(15_000);
    expect(longestMs).toBeLessThan(60_000);
  },
);

test("an answer under way outlives a start of the app with a clock that is three days ahead", async () => {
  const storage = memoryStorage();
  const before = journey.phone({ storage, userId: "joan" });
  const request = journey.server.addRequest({ userId: "joan" });
  await before.beckon.review(request.id);
  journey.server.onNextPut(() => before.beckon.stop());
  await expect(before.beckon.share(request.id)).rejects.toMatchObject({ code: "stopped" });
  const phone = journey.phone({ storage, userId: "joan", clock: wrongClock(72 * HOUR_MS).clock });
  await phone.beckon.sync();
  await phone.beckon.upload(request.id);
  expect(request.state).toBe("uploaded");
  expect(held(request)).toEqual(LOGS);
});

test("a file whose name a Mac wrote in two characters for an ü is sent, and shown as the server keeps it", async () => {
  const name = "Prüfung.log".normalize("NFD");
  const files = [freezeBytes(name, "one"), freezeBytes(name.normalize("NFC"), "two")];
  const phone = journey.phone({ collectors: [{ ...memoryCollector(), collect: async () => files }] });
  const request = journey.server.addRequest();
  const review = await phone.beckon.review(request.id);
  expect(review.files.map((file) => file.name)).toEqual(["Prüfung.log", "Prüfung-2.log"]);
  expect(await phone.beckon.share(request.id)).toMatchObject({ state: "uploaded" });
  expect(held(request)).toEqual({ "Prüfung.log": "one", "Prüfung-2.log": "two" });
});

test("a storage that fails once does not end the SDK for the rest of the run", async () => {
  const storage = memoryStorage();
  const { keys } = storage;
  let failures = 2; // to sweep old copies, and to list what is under way
  storage.keys = async () => {
    if (failures-- > 0) throw new Error("Connection to Indexed Database server lost.");
    return keys();
  };
  const phone = journey.phone({ storage, userId: "grace" });
  const request = journey.server.addRequest({ userId: "grace" });
  await expect(phone.beckon.sync()).rejects.toThrow("lost");
  await phone.beckon.sync();
  expect(phone.shown).toEqual([`ask ${request.id}`]);
});

test("a person is asked also where the storage has no room left for a note of it", async () => {
  const storage = memoryStorage();
  storage.set = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
  const phone = journey.phone({ storage, userId: "linus" });
  const request = journey.server.addRequest({ userId: "linus" });
  await phone.beckon.sync();
  expect(phone.shown).toEqual([`ask ${request.id}`]);
});
