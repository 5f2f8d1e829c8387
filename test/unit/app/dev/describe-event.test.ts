import { expect, test } from "vitest";
import type { DemoRequestDetail, Entry } from "#app/demo/demo-agent.ts";
import { describeEvent } from "#app/dev/describe-event.ts";

const createdAt = "2026-11-22T12:04:22.000Z";
const request = {
  id: "r1",
  createdAt,
  collectors: ["app", "system"],
  files: [{ id: "f1", name: "app.log" }],
} as unknown as DemoRequestDetail;

function lineOf(entry: Partial<Entry>, afterMs = 8_200): string | undefined {
  const at = new Date(Date.parse(createdAt) + afterMs).toISOString();
  const whole = { id: "1", at, ticketId: "t", requestId: "r1", actor: { kind: "user", id: "ann" }, data: {}, ...entry };
  return describeEvent(whole as Entry, { ticketNumber: 4711, person: "Ann", request });
}

test.for<[Partial<Entry>, string]>([
  [{ type: "request.created", actor: { kind: "agent", id: "alex" } }, "Alex asked Ann for app, system"],
  [
    { type: "request.consented", data: { files: 2, bytes: 41_000 } },
    "Ann shared 2 files, 41 kB · 8.2 s after being asked",
  ],
  [{ type: "request.declined" }, "Ann declined · 8.2 s after being asked"],
  [{ type: "links.created", data: { links: 1 } }, "1 upload link was made"],
  [
    { type: "file.linked", fileId: "f1", data: { coverage: "partly" } },
    "app.log is checked and linked, covers partly of the asked time",
  ],
  [{ type: "file.refused", fileId: "f1", data: { reason: "hash_differs" } }, "app.log was refused (hash differs)"],
  [{ type: "file.deleted", fileId: "other", data: { reason: "withdrawn" } }, "a file was deleted (withdrawn)"],
  [{ type: "request.linked", data: { linked: 1, consented: 1 } }, "1 file of Ann is ready · 8.2 s after being asked"],
])("whoever develops reads one line an event: %s", ([entry, words]) => {
  const line = lineOf(entry);
  expect(line).toMatch(/^\d\d:\d\d:\d\d {2}ticket 4711 {2}/);
  expect(line?.slice("12:04:31  ticket 4711  ".length)).toBe(words);
});

test("what nobody waits for has no line", () => {
  expect(lineOf({ type: "ticket.updated" })).toBeUndefined();
  expect(lineOf({ type: "request.notified" })).toBeUndefined();
});
