import { expect, test } from "vitest";
import type { TimelineEntry } from "#console/api/shapes.ts";
import type { Translate } from "#console/i18n/use-t.ts";
import { outcomeWords, withoutRepeatedOutcomes } from "#console/request/push-outcome.ts";
import { CONSOLE_EN } from "#messages/console-en.ts";

const t: Translate = (key, values = {}) =>
  String((CONSOLE_EN as Readonly<Record<string, string>>)[key]).replace(/\{\{(\w+)\}\}/g, (_, name: string) =>
    String(values[name]),
  );

test.each([
  ["apns", { Success: 1 }, "Apple's push service took the push"],
  [
    "fcmv1",
    { Success: 2, WrongToken: 1 },
    "Google's push service took 2 of 3 pushes: the app's address for pushes no longer holds",
  ],
  ["wns", { ChannelDisconnected: 1 }, "Windows' push service did not take the push: the device is not connected"],
  [
    "browser",
    { BadChannel: 1, ExpiredChannel: 1 },
    "The browser's push service did not take the push: the app's address for pushes no longer holds",
  ],
  // A word that the hub may bring one day is said as it is.
  ["apns", { SomethingNew: 1 }, "Apple's push service did not take the push: SomethingNew"],
])("%s %o is said as what its own push service did", (platform, outcomes, said) => {
  expect(outcomeWords(platform, { pushId: "p", platform, ...outcomes }, t)).toBe(said);
});

test("what the hub says twice of a push, or of a request's pushes on one platform alike, is told once", () => {
  const entry = (
    id: string,
    type: TimelineEntry["type"],
    pushId: string,
    more: object = { Success: 1 },
  ): TimelineEntry => ({
    id,
    type,
    at: "2026-11-22T09:00:00Z",
    actor: { kind: "system", id: "push" },
    ticketId: "ticket",
    requestId: "request",
    data: { pushId, platform: "apns", ...more },
  });
  const other = { ...entry("6", "push.outcome", "other"), requestId: "another" };
  const entries = [
    entry("1", "push.accepted", "ask"),
    entry("2", "push.outcome", "ask", { Throttled: 1 }),
    entry("3", "push.outcome", "remind", { WrongToken: 1 }),
    entry("4", "push.outcome", "ask"),
    entry("5", "push.outcome", "closed"),
    other,
  ];
  // 2 was not the last word of its push; 4 is said by 5 as well.
  expect(withoutRepeatedOutcomes(entries).map(({ id }) => id)).toEqual(["1", "3", "5", "6"]);
});
