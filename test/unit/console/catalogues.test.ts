import { expect, test } from "vitest";
import { CONSOLE_AR } from "#messages/console-ar.ts";
import { CONSOLE_DE } from "#messages/console-de.ts";
import { CONSOLE_EN } from "#messages/console-en.ts";

type Catalogue = Readonly<Record<string, string>>;

/** The same word in both languages, or a name, or a sign. Whatever else is equal was forgotten. */
const SAME_IN_GERMAN = [
  "nav.tickets",
  "nav.audit",
  "audit.title",
  "audit.ticket",
  "app.version",
  "role.agent",
  "actor.agent",
  "actor.system",
  "live.live",
  "live.changed",
  "platform.fcmv1",
  "platform.wns",
  "platform.browser",
  "column.person",
  "ticket.title",
  "ticket.number",
  "tickets.title",
  "files.details.short",
  "consent.text",
  "pushes.title",
  "technical.ticket",
  "technical.installation",
  "templates.name",
  "system.title",
  "system.version",
  "system.migration",
  "log.jump.hint",
  "log.level.info",
  "log.level.debug",
  "workItem.item",
];

const placesOf = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name).toSorted((one, other) => one.localeCompare(other));

const stemsOf = (catalogue: Catalogue, ending: string) =>
  Object.keys(catalogue)
    .filter((key) => key.endsWith(ending))
    .map((key) => key.slice(0, -ending.length));

test("German says everything that English says, and nothing that English does not", () => {
  expect(Object.keys(CONSOLE_DE).toSorted()).toEqual(Object.keys(CONSOLE_EN).toSorted());
});

test("no German text was left in English", () => {
  const german: Catalogue = CONSOLE_DE;
  const same = Object.entries(CONSOLE_EN).filter(([key, text]) => german[key] === text);
  expect(same.map(([key]) => key).toSorted()).toEqual(SAME_IN_GERMAN.toSorted());
});

test("no text is empty, and none ends in a space", () => {
  for (const catalogue of [CONSOLE_EN, CONSOLE_DE, CONSOLE_AR] as Catalogue[]) {
    expect(Object.entries(catalogue).filter(([, text]) => text === "" || text !== text.trim())).toEqual([]);
  }
});

test.each([
  ["German", CONSOLE_DE as Catalogue],
  ["Arabic", CONSOLE_AR as Catalogue],
])("%s fills the same places as English", (_, catalogue) => {
  const english: Catalogue = CONSOLE_EN;
  const differing = Object.entries(catalogue).filter(([key, text]) => {
    const own = english[key] ?? english[key.replace(/_(zero|two|few|many)$/, "_other")];
    // A language may say a number as a word.
    const isCounted = /_(zero|one|two)$/.test(key);
    const places = placesOf(own ?? "").filter((name) => !isCounted || name !== "count");
    return JSON.stringify(places) !== JSON.stringify(placesOf(text).filter((name) => !isCounted || name !== "count"));
  });
  expect(differing).toEqual([]);
});

test("whatever is counted has its singular and its plural, as the language's own rules want them", () => {
  for (const [language, catalogue] of [
    ["en", CONSOLE_EN],
    ["de", CONSOLE_DE],
  ] as [string, Catalogue][]) {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const counted = new Set(["_one", "_other"].flatMap((ending) => stemsOf(catalogue, ending)));
    expect(counted.size).toBeGreaterThan(10);
    for (const stem of counted) {
      for (const form of forms) expect(Object.keys(catalogue)).toContain(`${stem}_${form}`);
    }
    const uncounted = Object.entries(catalogue).filter(
      ([key, text]) => text.includes("{{count}}") && !/_(one|other)$/.test(key),
    );
    expect(uncounted.map(([key]) => key)).toEqual([]);
  }
});
