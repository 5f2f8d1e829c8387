import { z } from "zod";
import { FIELD_RULES, PROBLEMS, type ProblemCode } from "#domain/problems.ts";

const detail = z.object({
  target: z.string(),
  message: z.string(),
  rule: z.enum(FIELD_RULES).optional().meta({ description: "What the field did not keep to, for other languages" }),
  limit: z.number().optional().meta({ description: "With `too_…`: characters, items, or the number itself" }),
  allowed: z.array(z.string()).optional().meta({ description: "With `not_allowed`: what would be taken" }),
});

/** One error body that everyone can read: the members of RFC 9457, and `error` as Azure's clients expect it. */
export const problemDocument = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    error: z.object({
      code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
      message: z.string(),
      target: z.string().optional(),
      details: z.array(detail.extend({ code: z.string() })).optional(),
    }),
    traceId: z.string(),
  })
  .meta({
    id: "Problem",
    description:
      "RFC 9457 and `error { code, message, target, details }` in one body. Headers: x-ms-error-code, x-request-id.",
  });
