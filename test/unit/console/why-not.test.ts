import { expect, test } from "vitest";
import type { Installation, LogRequest } from "#console/api/shapes.ts";
import { fieldOf, reachabilityOf } from "#console/new-request/ask.ts";
import { sortOut, whyNot } from "#console/requests/why-not.ts";

const requestIn = (state: LogRequest["state"], reminders = 0) => ({ id: state, state, reminders }) as LogRequest;

test("what the server would refuse is not asked of it, and the row says why", () => {
  const why = (act: "cancel" | "remind", state: LogRequest["state"], reminders = 0) =>
    whyNot(act, requestIn(state, reminders), 2);
  for (const state of ["requested", "notified", "seen"] as const)
    expect([why("cancel", state), why("remind", state), why("remind", state, 2)]).toEqual([
      undefined,
      undefined,
      "reminded",
    ]);
  expect([why("cancel", "consented"), why("remind", "consented")]).toEqual([undefined, "agreed"]);
  expect([why("cancel", "uploaded"), why("remind", "uploaded")]).toEqual(["uploaded", "uploaded"]);
  for (const state of ["linked", "rejected", "declined", "expired", "cancelled", "withdrawn"] as const)
    expect([why("cancel", state), why("remind", state)]).toEqual(["ended", "ended"]);
  const { can, cannot } = sortOut("cancel", [requestIn("seen"), requestIn("linked")], 2);
  expect([can.map(({ id }) => id), cannot.map(({ request }) => request.id)]).toEqual([["seen"], ["linked"]]);
});

test("a push is expected to be noticed only on an app that was in touch lately and lets it through", () => {
  const now = Date.UTC(2026, 10, 22);
  const seen = (daysAgo: number, notificationsAllowed?: boolean) =>
    ({ lastSeenAt: new Date(now - daysAgo * 86_400_000).toISOString(), notificationsAllowed }) as Installation;
  expect(reachabilityOf([], now)).toBe("none");
  expect(reachabilityOf([seen(31), seen(60, true)], now)).toBe("stale");
  expect(reachabilityOf([seen(1, false), seen(40, true)], now)).toBe("muted");
  expect(reachabilityOf([seen(1, false), seen(2)], now)).toBe("fine");
});

test("a part of a refused body leads to the field that wrote it", () => {
  expect(["reason", "collectors[0]", "window.from", "maxBytes", "installationId", "strange"].map(fieldOf)).toEqual([
    "reason",
    "collectors",
    "window",
    "maxBytes",
    "installation",
    undefined,
  ]);
});
