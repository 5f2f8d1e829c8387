/** Reasons that agents need again and again, in the languages that users read. */
import { z } from "zod";
import { NAME, collectorName, listOf, locale, time } from "./primitives.ts";
import { route } from "./route.ts";
import type { Role } from "#domain/vocabulary.ts";

const templateId = z.string().regex(NAME, "must be lower-case letters, digits and '-', at most 40");

const templateText = z
  .strictObject({
    name: z.string().trim().min(1).max(100).meta({ description: "What agents pick it by" }),
    reason: z.string().trim().min(1).max(1_000).meta({ description: "Words that the user will read" }),
  })
  .meta({ id: "TemplateText" });

const templateContent = {
  texts: z
    .record(locale, templateText)
    .refine((texts) => Object.keys(texts).length > 0, {
      message: "needs a text in at least one language",
      params: { rule: "too_few", limit: 1 },
    })
    .refine((texts) => Object.keys(texts).length <= 40, {
      message: "must be at most 40 languages",
      params: { rule: "too_many", limit: 40 },
    })
    .meta({ description: "By language, such as `en` and `de`" }),
  collectors: z
    .array(collectorName)
    .max(20)
    .refine((names) => new Set(names).size === names.length, {
      message: "must not repeat",
      params: { rule: "repeated" },
    })
    .default([])
    .meta({ description: "Ticked from the start; the agent may change them" }),
  windowHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 90)
    .optional()
    .meta({ description: "The window asked about: this many hours until now" }),
  answerByHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 28)
    .optional()
    .meta({ description: "How long the user is asked" }),
};

export const newTemplate = z.strictObject(templateContent).meta({ id: "NewTemplate" });

export const template = z
  .object({ id: templateId, ...templateContent, createdAt: time, updatedAt: time, updatedBy: z.string() })
  .meta({ id: "Template", description: "A reason that agents need again and again." });

export type TemplateBody = z.output<typeof template>;

const LEADERS: readonly Role[] = ["lead", "admin"];
const params = z.strictObject({ templateId });
const tag = "Templates";

export const listTemplates = route({
  name: "listTemplates",
  method: "get",
  path: "/v1/templates",
  audience: "agent",
  tag,
  summary: "List reason templates, by id",
  successes: [{ status: 200, description: "All of them", body: listOf(template) }],
});

export const putTemplate = route({
  name: "putTemplate",
  method: "put",
  path: "/v1/templates/{templateId}",
  audience: "agent",
  roles: LEADERS,
  tag,
  summary: "Create or replace a reason template",
  params,
  body: newTemplate,
  successes: [
    { status: 200, description: "Replaced", body: template },
    { status: 201, description: "New", body: template },
  ],
});

export const deleteTemplate = route({
  name: "deleteTemplate",
  method: "delete",
  path: "/v1/templates/{templateId}",
  audience: "agent",
  roles: LEADERS,
  tag,
  summary: "Remove a reason template; requests that used it keep their words",
  params,
  successes: [{ status: 204, description: "Removed, or was not there" }],
});
