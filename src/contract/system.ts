/** What an operator set, and how the deployment fares. */
import { z } from "zod";
import type { Role } from "#domain/vocabulary.ts";
import { readinessPart } from "./operations.ts";
import { time } from "./primitives.ts";
import { route } from "./route.ts";

export const setting = z
  .object({
    name: z.string(),
    meaning: z.string(),
    source: z.enum(["environment", "default", "unset"]).meta({ description: "Where the value comes from" }),
    secret: z.boolean().meta({ description: "Its value is never shown, only whether it is set" }),
    value: z.string().optional(),
  })
  .meta({ id: "Setting" });

export const system = z
  .object({
    settings: z.array(setting),
    versions: z.object({
      beckon: z.string(),
      node: z.string(),
      database: z.string().optional(),
      migration: z.string().optional().meta({ description: "The latest that was applied" }),
    }),
    queue: z.object({
      kind: z.enum(["postgres", "redis"]),
      jobs: z
        .record(z.string(), z.object({ waiting: z.number(), active: z.number(), failed: z.number() }))
        .optional()
        .meta({ description: "Absent while the queue is away" }),
    }),
    outbox: z.object({ rows: z.number().int(), oldestDueSeconds: z.number() }),
    oldestOverdueRequestSeconds: z.number(),
    lastSweepAt: time.optional().meta({ description: "When retention and strays were last looked after" }),
    parts: z.record(z.string(), readinessPart).meta({ description: "As /readyz says" }),
    now: time,
  })
  .meta({ id: "System" });

export type SystemBody = z.output<typeof system>;

const SYSTEM_READERS: readonly Role[] = ["lead", "auditor", "admin"];

export const getSystem = route({
  name: "getSystem",
  method: "get",
  path: "/v1/system",
  audience: "agent",
  roles: SYSTEM_READERS,
  tag: "Operations",
  summary: "Read the settings with where each comes from, and how the deployment fares. Never a secret",
  successes: [{ status: 200, description: "Settings and state", body: system }],
});
