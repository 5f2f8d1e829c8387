import type { z } from "zod";
import type { ReasonTemplate } from "#domain/reason-template.ts";
import { formatTime } from "./primitives.ts";
import type { template } from "./templates.ts";

export function renderTemplate(given: ReasonTemplate): z.output<typeof template> {
  return {
    id: given.id,
    texts: Object.fromEntries(Object.entries(given.texts).map(([locale, text]) => [locale, { ...text }])),
    collectors: [...given.collectors],
    ...(given.windowHours === undefined ? {} : { windowHours: given.windowHours }),
    ...(given.answerByHours === undefined ? {} : { answerByHours: given.answerByHours }),
    createdAt: formatTime(given.createdAt),
    updatedAt: formatTime(given.updatedAt),
    updatedBy: given.updatedBy,
  };
}
