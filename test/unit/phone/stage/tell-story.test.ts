import { expect, test } from "vitest";
import type { FeedEntry, Observation, SeenRequest } from "#phone/stage/observation.ts";
import { chooseStageWords } from "#phone/stage/stage-words.ts";
import { compareLines, createStory, type Line } from "#phone/stage/tell-story.ts";

const ASKED_AT = Date.parse("2026-11-22T12:00:00.000Z");
const ID = "01a20487-c219-75b9-a0fb-37f3595072c3";

const request: SeenRequest = {
  id: ID,
  userId: "ann",
  createdAt: new Date(ASKED_AT).toISOString(),
  state: "requested",
  files: [
    { id: "f1", name: "app.log", sizeBytes: 1_200, sha256: "8f3a00aabb", deleteAfter: "2026-12-22T12:00:00.000Z" },
  ],
};

function fact(type: string, more: Partial<FeedEntry> = {}, afterMs = 0): Observation {
  const at = new Date(ASKED_AT + afterMs).toISOString();
  const entry = { type, at, actor: { kind: "agent", id: "alex" }, requestId: ID, data: {}, ...more };
  return { from: "feed", entry, request, heardAt: ASKED_AT + afterMs + 120 };
}
const send = (afterMs: number, operation = "sendNotification"): Observation => ({
  from: "hub",
  send: { at: new Date(ASKED_AT + afterMs).toISOString(), operation, status: 201, durationMs: 3 },
});
const message = (afterMs: number, requestId = ID): Observation => ({
  from: "inbox",
  message: {
    platform: "browser",
    body: JSON.stringify({ type: "beckon.log-request", requestId }),
    receivedAt: new Date(ASKED_AT + afterMs).toISOString(),
  },
});

/** What stands there after all of this, in the order of the page. */
function tell(observations: readonly Observation[], language = "en"): string[] {
  const story = createStory("ann", chooseStageWords([language]));
  const lines = new Map<string, Line>();
  for (const observation of observations) for (const line of story.take(observation)) lines.set(line.id, line);
  return [...lines.values()].toSorted(compareLines).map(({ step, part, text }) => `${step} ${part}: ${text}`);
}

test("a push that is faster than the live feed is told all the same, after the request that it is for", () => {
  expect(tell([send(30), message(31), fact("request.created")])).toEqual([
    "1 database: committed request 01a2…5072c3.",
    "2 queue: had it at the hub's door 30 ms after the commit.",
    "2 worker: sent it with the Notification Hubs SDK: 201 after 3 ms.",
    "2 hub: delivered 80 bytes to Web Push.",
    "7 console: was told over the live feed 120 ms after the commit.",
  ]);
});

test("a push of another request, a message that nobody sent just then, and other users have no line", () => {
  const other = "01a20487-0000-75b9-a0fb-37f3595072c3";
  expect(tell([fact("request.created"), send(30), message(31, other)])).toHaveLength(2);
  expect(tell([fact("request.created"), send(5_000), message(31)])).not.toContainEqual(expect.stringMatching(/SDK/));
  expect(tell([send(30, "createOrUpdateInstallation"), message(31), fact("request.created")])).not.toContainEqual(
    expect.stringMatching(/SDK/),
  );
  const story = createStory("jonas", chooseStageWords(["en"]));
  expect(story.take(fact("request.created"))).toEqual([]);
});

test("calls of the pages are measured by the browser, and those from before the request are not its own", () => {
  const call = (page: "console" | "phone", path: string, endedAfterMs: number, status = 200): Observation => ({
    from: "call",
    call: { page, url: `http://127.0.0.1:4280${path}`, status, ms: 9.4, bytes: 494, endedAt: ASKED_AT + endedAfterMs },
  });
  const told = tell([
    call("phone", "/v1/me/log-requests", -5_000),
    call("console", "/v1/tickets/t1/log-requests", 2, 202),
    fact("request.created"),
    call("phone", `/v1/me/log-requests/${ID}`, 400),
    call("phone", "/beckon-ingest/x?sp=c&sig=secret", 700, 201),
    call("console", "/v1/files/f1/content", 900),
  ]);
  expect(told).toEqual([
    expect.stringContaining("committed request"),
    "1 api: answered 202 after 9 ms, as the browser measured it.",
    "3 phone: fetched the request from the API in 9 ms.",
    "5 blobs: took a file in 9 ms. What the link allows: create, once.",
    expect.stringContaining("live feed"),
    "7 api: gave 494 bytes of text to the reader in 9 ms.",
  ]);
  expect(told.join()).not.toContain("secret");
});

test("the rest of the journey is told with the facts' own numbers, in German too", () => {
  const rest = [
    fact("request.created"),
    fact("request.consented", { data: { files: 1, bytes: 1_200, textVersion: "default-1", locale: "en" } }, 8_000),
    fact("links.created", { data: { links: 1, expiresAt: ASKED_AT + 8_000 + 15 * 60_000 } }, 8_000),
    fact("file.linked", { fileId: "f1" }, 9_000),
    fact("request.linked", {}, 9_000),
    fact("file.read", { fileId: "f1" }, 12_000),
    fact("request.withdrawn", {}, 20_000),
  ];
  expect(tell(rest)).toEqual(
    expect.arrayContaining([
      "4 database: recorded the consent to 1 file, 1.2 kB, with text default-1 (en).",
      "4 api: signed 1 SAS link, for one blob, for 15 minutes.",
      "6 worker: read app.log back: 1.2 kB, SHA-256 8f3a00aa… as agreed. Linked.",
      expect.stringMatching(/^6 database: keeps them until .*2026; then they are deleted\.$/),
      "7 database: put on record that Alex read app.log.",
      "8 database: took all of it off the ticket.",
    ]),
  );
  expect(tell(rest, "de")).toContain("4 api: hat 1 SAS-Link unterschrieben, für einen Blob, für 15 Minuten.");
});
