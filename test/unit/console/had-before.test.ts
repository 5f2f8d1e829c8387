import { expect, test } from "vitest";
import type { LogFile, TimelineEntry } from "#console/api/shapes.ts";
import { whoHadBefore } from "#console/request/had-before.ts";

const fileOf = (id: string, more: Partial<LogFile> = {}): LogFile => ({
  id,
  reportId: "report",
  ticketId: "ticket",
  collector: "app",
  name: `${id}.log`,
  sizeBytes: 1,
  sha256: "a".repeat(64),
  modifiedAt: "2026-11-22T09:00:00Z",
  coverage: "unknown",
  state: "deleted",
  reason: "withdrawn",
  webUrl: "https://beckon.example/files/1",
  ...more,
});

let count = 0;
const entryOf = (type: TimelineEntry["type"], fileId: string, agent: string, minute = 0): TimelineEntry => ({
  id: String((count += 1)),
  type,
  at: `2026-11-22T09:${String(minute).padStart(2, "0")}:00Z`,
  actor: { kind: "agent", id: agent },
  ticketId: "ticket",
  fileId,
  data: {},
});

test("who read or downloaded what was taken back is told once each, the latest first", () => {
  const entries = [
    entryOf("file.read", "one", "alex", 1),
    entryOf("file.downloadLinkCreated", "two", "alex", 5),
    entryOf("file.read", "one", "lena", 3),
    entryOf("file.linked", "one", "otto", 9),
  ];
  expect(whoHadBefore([fileOf("one"), fileOf("two")], entries)).toEqual([
    { agentId: "alex", fileNames: ["one.log", "two.log"], at: "2026-11-22T09:05:00Z" },
    { agentId: "lena", fileNames: ["one.log"], at: "2026-11-22T09:03:00Z" },
  ]);
});

test("only what was taken back counts: neither what stands still nor what retention deleted", () => {
  const { reason: _, ...standing } = fileOf("stays", { state: "linked" });
  const files = [standing, fileOf("old", { reason: "retention" })];
  expect(whoHadBefore(files, [entryOf("file.read", "stays", "alex"), entryOf("file.read", "old", "alex")])).toEqual([]);
});

test("another system's item had the bytes where they were attached, and not where it had a link", () => {
  const added = (shownAs: string): TimelineEntry => ({
    ...entryOf("connection.fileAdded", "one", "azure-devops"),
    actor: { kind: "system", id: "azure-devops" },
    data: { shownAs },
  });
  expect(whoHadBefore([fileOf("one")], [added("hyperlink")])).toEqual([]);
  expect(whoHadBefore([fileOf("one")], [added("attachment")])).toMatchObject([{ agentId: undefined }]);
});
