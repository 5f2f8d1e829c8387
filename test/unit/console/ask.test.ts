import { expect, test } from "vitest";
import type { Installation, Template } from "#console/api/shapes.ts";
import {
  callMakerOf,
  requestBody,
  startAsk,
  suggestInstallation,
  templateText,
  whatIsMissing,
} from "#console/new-request/ask.ts";

const NOW = Date.UTC(2026, 10, 22, 9, 30);
const at = "2026-11-22T09:30:00Z";
const template: Template = {
  id: "calls-drop",
  texts: { en: { name: "Calls drop", reason: "To see why." }, de: { name: "Abbrüche", reason: "Um zu sehen, warum." } },
  collectors: ["app"],
  createdAt: at,
  updatedAt: at,
  updatedBy: "lena",
};

test("a template speaks the user's language, and says when it cannot", () => {
  expect(templateText(template, "de-AT")).toEqual({ text: template.texts["de"], isTranslated: true });
  expect(templateText(template, "fr-FR")).toEqual({ text: template.texts["en"], isTranslated: false });
});

test("a form that lacks something says what, and a whole one becomes a request", () => {
  const empty = startAsk(undefined, 24);
  expect(whatIsMissing(empty)).toEqual(["reason", "collectors"]);
  expect(whatIsMissing({ ...empty, reason: "Why", collectors: ["app"], windowHours: "own" })).toEqual(["window"]);
  const ask = { ...empty, reason: " To see why. ", collectors: ["app"] };
  expect(whatIsMissing(ask)).toEqual([]);
  expect(requestBody(ask, "ann", NOW)).toEqual({
    userId: "ann",
    reason: "To see why.",
    collectors: ["app"],
    window: { from: "2026-11-21T09:30:00.000Z", to: "2026-11-22T09:30:00.000Z" },
    maxBytes: 50_000_000,
    answerBy: "2026-11-23T09:30:00.000Z",
  });
});

const installationOf = (id: string, lastSeenAt: string, more: Partial<Installation> = {}): Installation => ({
  id,
  userId: "ann",
  platform: "apns",
  collectors: [],
  hubSync: "synced",
  lastSeenAt,
  createdAt: at,
  ...more,
});

test("the installation that made the call is suggested before the one that was used last", () => {
  const old = installationOf("old", "2026-11-01T00:00:00Z", { notificationsAllowed: false });
  const muted = installationOf("muted", "2026-11-22T09:00:00Z", { notificationsAllowed: false });
  const recent = installationOf("recent", "2026-11-22T08:00:00Z");
  const all = [muted, old, recent];
  expect(suggestInstallation(all, "old")).toEqual({ installationId: "old", why: "madeCall" });
  expect(suggestInstallation(all, undefined)).toEqual({ installationId: "recent", why: "usedLast" });
  // One that is registered no more cannot be asked.
  expect(suggestInstallation(all, "gone")).toEqual({ installationId: "recent", why: "usedLast" });
  expect(suggestInstallation([muted], undefined)).toBeUndefined();
});

test("who made the call is told by the newest report of that person about a call of the ticket", () => {
  const reports = [
    { userId: "ann", callIds: ["other"], installationId: "of another call" },
    { userId: "ben", callIds: ["call"], installationId: "of another person" },
    { userId: "ann", callIds: ["call"] },
    { userId: "ann", callIds: ["before", "call"], installationId: "newest" },
    { userId: "ann", callIds: ["call"], installationId: "older" },
  ];
  expect(callMakerOf(reports, "ann", ["call"])).toBe("newest");
  expect(callMakerOf(reports, "ann", [])).toBeUndefined();
  expect(callMakerOf(reports, "chloe", ["call"])).toBeUndefined();
});
