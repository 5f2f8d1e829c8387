import { describe, expect, test } from "vitest";
import type { LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { judgeContent, judgeHead, retentionDaysFor, settleFile, settleOwner } from "#flow/verify/settle-file.ts";

const NOW = Date.UTC(2026, 10, 22);
const DAY_MS = 24 * 60 * 60 * 1000;

const file: LogFile = {
  id: "f",
  ownerId: "r",
  ownerKind: "request",
  ticketId: "t",
  consentId: "c",
  collector: "app",
  name: "app.log",
  sizeBytes: 5,
  sha256: "aa",
  modifiedAt: NOW,
  state: "uploaded",
  coverage: "unknown",
  uploadedAt: NOW - 1000,
  verifyAt: NOW - 1000,
  verifyAttempt: 0,
};

const request: LogRequest = {
  id: "r",
  version: 7,
  ticketId: "t",
  userId: "u",
  agentId: "a",
  reason: "why",
  collectors: ["app"],
  maxBytes: 100,
  maxFiles: 5,
  answerBy: NOW,
  state: "uploaded",
  reach: "pushed",
  push: { roundId: "x", kind: "closed" },
  reminders: 0,
  createdAt: NOW,
  updatedAt: NOW - 1000,
};

const head = { sizeBytes: 5, etag: "1", lastModifiedAt: NOW };
const content = { sizeBytes: 5, sha256: "aa", etag: "1" };

describe("what was uploaded", () => {
  test("is looked into only when it is as large as the user was shown", () => {
    expect(judgeHead(file, head)).toBeUndefined();
    expect(judgeHead(file, { ...head, sizeBytes: 6 })).toEqual({
      kind: "refused",
      reason: "size_differs",
      foundBytes: 6,
    });
    expect(judgeHead(file, { ...head, sizeBytes: 0 })).toMatchObject({ reason: "size_differs" });
    expect(judgeHead(file, undefined)).toEqual({ kind: "missing" });
  });

  test("holds only with the very bytes that the user was shown, and nobody may touch it in between", () => {
    expect(judgeContent(file, head, content)).toBeUndefined();
    expect(judgeContent(file, head, { ...content, sha256: "ab" })).toEqual({ kind: "refused", reason: "hash_differs" });
    expect(judgeContent(file, head, { ...content, etag: "2" })).toEqual({
      kind: "refused",
      reason: "changed_after_upload",
    });
    expect(judgeContent(file, head, undefined)).toEqual({ kind: "missing" });
  });
});

describe("a file that settles", () => {
  const settle = (finding: Parameters<typeof settleFile>[1]) =>
    settleFile(file, finding, { retentionDays: 30, now: NOW });

  test("is linked with its evidence and the day of its deletion", () => {
    const linked = settle({ kind: "holds", evidenceEtag: "e" });
    expect(linked).toMatchObject({
      state: "linked",
      evidenceEtag: "e",
      linkedAt: NOW,
      deleteAfter: NOW + 30 * DAY_MS,
    });
  });

  test.for([
    [{ kind: "refused", reason: "hash_differs" }, "refused", "hash_differs"],
    [{ kind: "missing" }, "missing", "not_uploaded"],
  ] as const)("is named with its reason: %o", ([finding, state, reason]) => {
    const settled = settle(finding);
    expect(settled).toMatchObject({ state, reason });
    expect(settled.deleteAfter).toBeUndefined();
  });

  test("is verified no more, and its blobs are looked after at once", () => {
    for (const finding of [{ kind: "holds", evidenceEtag: "e" }, { kind: "missing" }] as const) {
      const settled = settle(finding);
      expect(settled).not.toHaveProperty("verifyAt");
      expect(settled.cleanupAt).toBe(NOW);
    }
  });
});

describe("a request", () => {
  const withFiles = (...states: LogFile["state"][]) =>
    settleOwner(
      request,
      states.map((state) => ({ state })),
      NOW,
    );

  test("is linked when its last file settles and at least one holds", () => {
    expect(withFiles("linked", "refused", "missing")).toMatchObject({ state: "linked", endedAt: NOW });
  });

  test("is rejected when nothing holds, and says so", () => {
    expect(withFiles("refused", "missing")).toMatchObject({
      state: "rejected",
      rejectReason: "none_held",
      endedAt: NOW,
    });
  });

  test("waits for a file that is still to be verified, and its version moves all the same", () => {
    const waiting = withFiles("linked", "uploaded");
    expect(waiting).toMatchObject({ state: "uploaded", version: 7, updatedAt: NOW });
    expect(waiting).not.toHaveProperty("endedAt");
  });

  test("that was withdrawn in the meantime stays withdrawn", () => {
    expect(settleOwner({ ...request, state: "withdrawn" }, [{ state: "linked" }], NOW).state).toBe("withdrawn");
  });
});

test("a file is kept as long as the setting says, and never longer than its user was shown", () => {
  expect(retentionDaysFor({ retentionDays: "30" }, 30)).toBe(30);
  expect(retentionDaysFor({ retentionDays: "30" }, 90)).toBe(30);
  expect(retentionDaysFor({ retentionDays: "30" }, 7)).toBe(7);
  expect(retentionDaysFor({}, 90)).toBe(90);
  expect(retentionDaysFor({ retentionDays: "soon" }, 90)).toBe(90);
  expect(retentionDaysFor(undefined, 90)).toBe(90);
});
