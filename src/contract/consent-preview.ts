import { z } from "zod";
import { consentText } from "./devices.ts";
import { collectorName, id, locale, timeWindow, userId } from "./primitives.ts";
import { READERS, route } from "./route.ts";

/** A request that is still being written: what is missing yet stays open in the preview. */
export const consentDraft = z
  .strictObject({
    userId,
    ticketId: id.optional(),
    installationId: id.optional(),
    reason: z.string().max(1_000).default(""),
    collectors: z.array(collectorName).max(20).default([]),
    window: timeWindow.optional(),
    locale: locale.optional().meta({ description: "Instead of the user's own, to look at another language" }),
  })
  .meta({ id: "ConsentDraft" });

export const consentPreview = z
  .object({
    consentText,
    consentValues: z
      .record(z.string(), z.string())
      .meta({ description: "As the user's device will get them; `{files}` and `{totalSize}` only the device knows" }),
    userLocale: locale
      .optional()
      .meta({ description: "What the user reads, where anybody said; else English is shown" }),
    userTimeZone: z.string().optional(),
  })
  .meta({ id: "ConsentPreview" });

export type ConsentPreview = z.output<typeof consentPreview>;

export const previewConsent = route({
  name: "previewConsent",
  method: "post",
  path: "/v1/consent-preview",
  audience: "agent",
  roles: READERS,
  tag: "Log requests",
  summary: "See the exact prompt that a request would show, in the user's language. Saves nothing",
  body: consentDraft,
  successes: [{ status: 200, description: "The prompt", body: consentPreview }],
  problems: ["not_found", "installation_not_of_user"],
});
