import { describe, expect, test } from "vitest";
import { decidePushEnd } from "#flow/push/decide-push-end.ts";

const now = 1_000_000;
const ask = { kind: "ask", attempt: 1, answerBy: now + 3_600_000 } as const;
const trouble = { kind: "later", reason: "The hub is in trouble (503).", status: 503 } as const;
const wrongKey = { kind: "operator", reason: "The hub refused the access key (401).", status: 401 } as const;

describe("how an attempt ends", () => {
  test("what the hub took is done, and its telemetry is read after 10 s where there is any", () => {
    expect(decidePushEnd(ask, { kind: "accepted", notificationId: "n" }, now, 0)).toEqual({
      kind: "accepted",
      notificationId: "n",
      telemetryAt: now + 10_000,
    });
    expect(decidePushEnd(ask, { kind: "accepted" }, now, 0)).toEqual({ kind: "accepted" });
  });

  test("a wait that the hub asked for is kept", () => {
    const end = decidePushEnd(ask, { ...trouble, retryAfterSeconds: 40 }, now, 0.5);
    expect(end).toEqual({
      kind: "waiting",
      nextAttemptAt: now + 40_000,
      operator: false,
      reason: trouble.reason,
      status: 503,
    });
  });

  test("without one the wait doubles from 1 s to 60 s", () => {
    const waits = [1, 2, 3, 7, 20].map((attempt) => decidePushEnd({ ...ask, attempt }, trouble, now, 0));
    expect(waits.map((end) => (end.kind === "waiting" ? (end.nextAttemptAt - now) / 1000 : end.kind))).toEqual([
      1, 2, 4, 60, 60,
    ]);
  });

  test("an operator's error is tried again after five minutes, and says that it is one", () => {
    expect(decidePushEnd(ask, wrongKey, now, 0)).toEqual({
      kind: "waiting",
      nextAttemptAt: now + 300_000,
      operator: true,
      reason: wrongKey.reason,
      status: 401,
    });
  });

  test("what the hub will never take is given up at once", () => {
    const never = { kind: "never", reason: "The hub says that this is malformed (400).", status: 400 } as const;
    expect(decidePushEnd(ask, never, now, 0)).toEqual({ kind: "refused", reason: never.reason, status: 400 });
  });

  test.each(["ask", "remind"] as const)("a push of kind %s is not tried when nobody could answer any more", (kind) => {
    const short = { ...ask, kind, answerBy: now + 60_000 };
    expect(decidePushEnd(short, wrongKey, now, 0)).toMatchObject({ kind: "refused" });
    expect(decidePushEnd(short, { ...trouble, retryAfterSeconds: 60 }, now, 0)).toMatchObject({ kind: "refused" });
    expect(decidePushEnd(short, { ...trouble, retryAfterSeconds: 59 }, now, 0)).toMatchObject({ kind: "waiting" });
  });

  test("a closing push goes on after the deadline, for about an hour", () => {
    const closing = { kind: "closed", attempt: 1, answerBy: now - 1 } as const;
    expect(decidePushEnd(closing, trouble, now, 0)).toMatchObject({ kind: "waiting" });
    expect(decidePushEnd({ ...closing, attempt: 65 }, trouble, now, 0)).toMatchObject({ kind: "refused" });
    expect(decidePushEnd({ ...closing, attempt: 11 }, wrongKey, now, 0)).toMatchObject({ kind: "waiting" });
    expect(decidePushEnd({ ...closing, attempt: 12 }, wrongKey, now, 0)).toMatchObject({ kind: "refused" });
  });
});
