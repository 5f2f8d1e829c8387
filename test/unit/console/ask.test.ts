import { expect, test } from "vitest";
import type { Template } from "#console/api/shapes.ts";
import { requestBody, startAsk, templateText, whatIsMissing } from "#console/new-request/ask.ts";

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
