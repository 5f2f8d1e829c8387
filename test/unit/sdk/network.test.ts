import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type BeckonOptions, type FileProgress, freezeBytes, memoryStorage } from "#sdk/create-beckon.ts";
import { LOGS, quickClock, startJourney } from "./journey.ts";
import { patientClock } from "./patient-clock.ts";

let journey: Awaited<ReturnType<typeof startJourney>>;
beforeAll(async () => {
  journey = await startJourney();
});
afterAll(() => journey.end());

/** Facts come soon, but for a machine that is busy with other things. */
const soon = { timeout: 20_000 };

/** A phone on mobile data, and what it was told of its uploads. */
function mobilePhone(more: Partial<BeckonOptions> = {}) {
  const listeners = new Set<() => void>();
  const progress: FileProgress[] = [];
  let isMetered = true;
  const phone = journey.phone({
    clock: patientClock(),
    connection: {
      isMetered: () => isMetered,
      onChange: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    onProgress: (one) => progress.push(one),
    ...more,
  });
  return {
    ...phone,
    progress,
    listeners,
    setMetered(next: boolean) {
      isMetered = next;
      for (const listener of listeners) listener();
    },
    waits: () => vi.waitFor(() => expect(progress.at(-1)?.waitingFor).toBe("unmetered"), soon),
  };
}

const putsOf = (request: { files: { id: string }[] }) =>
  journey.server.puts.filter((fileId) => request.files.some(({ id }) => id === fileId));
const held = (request: { files: { id: string; name: string }[] }) =>
  Object.fromEntries(request.files.map(({ id, name }) => [name, journey.server.blobs.get(id)?.toString()]));

test("a yes over Wi-Fi only is recorded at once, and its files go when the phone is on Wi-Fi", async () => {
  const phone = mobilePhone();
  const request = journey.server.addRequest();
  const review = await phone.beckon.review(request.id);
  expect(review.canWaitForUnmetered).toBe(true);
  const shared = phone.beckon.share(request.id, { network: "unmetered" });
  await phone.waits();
  expect(request.state).toBe("consented");
  expect(putsOf(request)).toEqual([]);
  phone.setMetered(false);
  expect(await shared).toMatchObject({ state: "uploaded" });
  expect(held(request)).toEqual(LOGS);
  expect(phone.progress.at(-1)?.waitingFor).toBeUndefined();
  expect(phone.listeners.size).toBe(0);
});

test("who waits for Wi-Fi can have it sent now anyway", async () => {
  const phone = mobilePhone();
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  const shared = phone.beckon.share(request.id, { network: "unmetered" });
  await phone.waits();
  await phone.beckon.useNetwork(request.id, "any");
  expect(await shared).toMatchObject({ state: "uploaded" });
});

test("a restart goes on waiting for Wi-Fi", async () => {
  const storage = memoryStorage();
  const first = mobilePhone({ storage });
  const request = journey.server.addRequest();
  await first.beckon.review(request.id);
  const interrupted = first.beckon.share(request.id, { network: "unmetered" });
  await first.waits();
  first.beckon.stop();
  await expect(interrupted).rejects.toMatchObject({ code: "stopped" });
  const second = mobilePhone({ storage });
  await second.beckon.sync();
  await second.waits();
  expect(putsOf(request)).toEqual([]);
  // A screen that is opened only now joins in, and learns at once what is waited for.
  const known = second.progress.length;
  const joined = second.beckon.upload(request.id);
  expect(second.progress.slice(known)).toMatchObject([{ requestId: request.id, waitingFor: "unmetered" }]);
  second.setMetered(false);
  expect(await joined).toMatchObject({ state: "uploaded" });
  expect(held(request)).toEqual(LOGS);
});

test("what was chosen between two runs counts for the next one", async () => {
  const storage = memoryStorage();
  const first = mobilePhone({ storage });
  const request = journey.server.addRequest();
  await first.beckon.review(request.id);
  const interrupted = first.beckon.share(request.id, { network: "unmetered" });
  await first.waits();
  first.beckon.stop();
  await expect(interrupted).rejects.toMatchObject({ code: "stopped" });
  const second = mobilePhone({ storage });
  await second.beckon.useNetwork(request.id, "any");
  expect(await second.beckon.upload(request.id)).toMatchObject({ state: "uploaded" });
});

test("an upload stops when the phone leaves the Wi-Fi, and begins again when it is back", async () => {
  const phone = mobilePhone();
  phone.setMetered(false);
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  journey.server.onNextPut(async (gone) => {
    phone.setMetered(true);
    await gone;
  });
  const shared = phone.beckon.share(request.id, { network: "unmetered" });
  await phone.waits();
  phone.setMetered(false);
  expect(await shared).toMatchObject({ state: "uploaded" });
  expect(held(request)).toEqual(LOGS);
  expect(putsOf(request)).toHaveLength(3);
});

/** A phone with a large log, which goes over Wi-Fi only, and a small one that is older. */
function phoneWithLargeLog() {
  const texts = { "large.log": "l".repeat(1000), "small.log": "s" };
  const files = Object.entries(texts).map(([name, text], index) =>
    freezeBytes(name, text, { modifiedAt: new Date(-index) }),
  );
  const phone = mobilePhone({
    meteredMaxBytes: 100,
    collectors: [{ name: "app", label: "App log", collect: async () => files }],
  });
  const smallIsThere = (request: { files: { id: string; name: string }[] }) =>
    vi.waitFor(() => expect(held(request)["small.log"]).toBe("s"), soon);
  return { ...phone, texts, smallIsThere };
}

test("a large file whose Wi-Fi went away under way lets the small one go first", async () => {
  const phone = phoneWithLargeLog();
  phone.setMetered(false);
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  journey.server.onNextPut(async (gone) => {
    phone.setMetered(true);
    await gone;
  });
  const shared = phone.beckon.share(request.id);
  await phone.smallIsThere(request);
  await phone.waits();
  expect(putsOf(request).map((id) => request.files.find((file) => file.id === id)?.name)).toEqual([
    "large.log",
    "small.log",
  ]);
  phone.setMetered(false);
  expect(await shared).toMatchObject({ state: "uploaded" });
  expect(held(request)).toEqual(phone.texts);
  expect(phone.listeners.size).toBe(0);
});

test("what the user lets go on over mobile data begins with what may, whichever stood still first", async () => {
  const phone = phoneWithLargeLog();
  phone.setMetered(false);
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  const standsStill = () => vi.waitFor(() => expect(phone.progress.at(-1)?.waitingFor).toBe("user"), soon);
  journey.server.onNextPut(async (gone) => {
    await phone.beckon.pause(request.id);
    await gone;
  });
  const shared = phone.beckon.share(request.id);
  await standsStill();
  phone.setMetered(true);
  await phone.beckon.resume(request.id);
  await phone.smallIsThere(request);
  await phone.waits();
  phone.setMetered(false);
  expect(await shared).toMatchObject({ state: "uploaded" });
});

test("a file that waits for Wi-Fi and is taken back is waited for no more", async () => {
  const phone = phoneWithLargeLog();
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  const shared = phone.beckon.share(request.id);
  await phone.smallIsThere(request);
  await phone.waits();
  await phone.beckon.withdraw(request.id, [request.files[0]?.id ?? ""]);
  await shared;
  expect(request.files.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "large.log deleted",
    "small.log uploaded",
  ]);
  expect(putsOf(request)).toEqual([request.files[1]?.id]);
});

test("who waits for Wi-Fi until the time is over is told so", async () => {
  const phone = mobilePhone({ clock: quickClock() });
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  await expect(phone.beckon.share(request.id, { network: "unmetered" })).rejects.toMatchObject({
    code: "upload_too_late",
  });
  expect(putsOf(request)).toEqual([]);
});

test("without a word on the connection nothing can wait for Wi-Fi, and the review says so", async () => {
  const phone = journey.phone();
  const request = journey.server.addRequest();
  expect((await phone.beckon.review(request.id)).canWaitForUnmetered).toBe(false);
  expect(await phone.beckon.share(request.id, { network: "unmetered" })).toMatchObject({ state: "uploaded" });
});

test("an upload that finds no network says that it waits for one", async () => {
  const phone = mobilePhone();
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  journey.server.failNext("/blobs/", "reset");
  expect(await phone.beckon.share(request.id)).toMatchObject({ state: "uploaded" });
  expect(phone.progress.map(({ waitingFor }) => waitingFor)).toContain("network");
});
