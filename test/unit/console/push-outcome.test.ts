import { expect, test } from "vitest";
import type { TimelineEntry } from "#console/api/shapes.ts";
import type { Translate } from "#console/i18n/use-t.ts";
import { outcomeWords, withLastOutcomes } from "#console/request/push-outcome.ts";
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

test("of what the hub says twice of a push the last stands, each push for itself", () => {
  const entry = (id: string, type: TimelineEntry["type"], pushId: string): TimelineEntry => ({
    id,
    type,
    at: "2026-11-22T09:00:00Z",
    actor: { kind: "system", id: "push" },
    ticketId: "ticket",
    data: { pushId, platform: "apns", Success: 1 },
  });
  const entries = [
    entry("1", "push.accepted", "a"),
    entry("2", "push.outcome", "a"),
    entry("3", "push.outcome", "b"),
    entry("4", "push.outcome", "a"),
  ];
  expect(withLastOutcomes(entries).map(({ id }) => id)).toEqual(["1", "3", "4"]);
});
