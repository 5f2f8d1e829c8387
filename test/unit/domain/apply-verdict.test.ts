import { describe, expect, test } from "vitest";
import { applyVerdict } from "#domain/apply-verdict.ts";
import { endAsking } from "#domain/end-asking.ts";
import { transition, type Command } from "#domain/lifecycle.ts";
import type { LogRequest } from "#domain/log-request.ts";

const ASKED: LogRequest = {
  id: "r",
  version: 3,
  ticketId: "t",
  userId: "ada",
  agentId: "sam",
  reason: "Calls drop",
  collectors: ["app"],
  maxBytes: 1_000,
  maxFiles: 5,
  answerBy: 100,
  state: "seen",
  reach: "pushed",
  push: { roundId: "asking", kind: "ask" },
  reminders: 0,
  snoozedUntil: 90,
  createdAt: 1,
  updatedAt: 2,
};

function after(request: LogRequest, command: Command, terms: Parameters<typeof applyVerdict>[2]): LogRequest {
  const verdict = transition(request, command);
  if (!verdict.ok) throw new Error(verdict.problem);
  return applyVerdict(request, verdict, terms);
}

describe("a request that a verdict was spoken on", () => {
  test("is closed on every device, forgets its snooze and has ended, when the user says no", () => {
    const { snoozedUntil: _over, ...kept } = ASKED;
    expect(after(ASKED, { type: "decline" }, { at: 50, closingRoundId: "closing" })).toEqual({
      ...kept,
      state: "declined",
      push: { roundId: "closing", kind: "closed", nextAt: 50 },
      updatedAt: 50,
      endedAt: 50,
    });
  });

  test("goes on being put off, and has not ended, while the user is still asked", () => {
    const requested: LogRequest = { ...ASKED, state: "requested" };
    expect(after(requested, { type: "seen" }, { at: 50 })).toEqual({ ...requested, state: "seen", updatedAt: 50 });
  });

  test("says why it was rejected, and leaves a prompt alone that was closed before", () => {
    const consented: LogRequest = { ...ASKED, state: "consented" };
    const next = after(consented, { type: "uploadDeadline", uploaded: 0 }, { at: 70 });
    expect(next).toMatchObject({ state: "rejected", rejectReason: "upload_abandoned", endedAt: 70, push: ASKED.push });
  });

  test("keeps the moment of its first end when it is taken back later", () => {
    const linked: LogRequest = { ...ASKED, state: "linked", endedAt: 60 };
    expect(after(linked, { type: "withdraw" }, { at: 80 })).toMatchObject({ state: "withdrawn", endedAt: 60 });
  });

  test("only moves its time when the verdict changes nothing", () => {
    const { snoozedUntil: _over, ...uploaded } = { ...ASKED, state: "uploaded" as const };
    expect(after(uploaded, { type: "settled", open: 1, linked: 0 }, { at: 75 })).toEqual({
      ...uploaded,
      updatedAt: 75,
    });
  });
});

describe("the end of the asking", () => {
  const occasion = { actor: { kind: "system", id: "deadlines" }, roundId: "closing" } as const;

  test("expires an open request when its time has come, and says so", () => {
    expect(endAsking(ASKED, { ...occasion, at: 100 })).toMatchObject({
      request: { state: "expired", endedAt: 100, push: { roundId: "closing", kind: "closed", nextAt: 100 } },
      fact: { type: "request.expired", at: 100, ticketId: "t", requestId: "r", userId: "ada", ...occasion },
    });
  });

  test("does nothing before that, nor to a request that was answered", () => {
    expect(endAsking(ASKED, { ...occasion, at: 99 })).toBeUndefined();
    expect(endAsking({ ...ASKED, state: "declined" }, { ...occasion, at: 100 })).toBeUndefined();
  });
});
