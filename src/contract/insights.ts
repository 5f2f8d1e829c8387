/** What can be learned from many requests and installations together. */
import { z } from "zod";
import { PLATFORMS, REQUEST_STATES } from "#domain/vocabulary.ts";
import { collectorName, listOf, time } from "./primitives.ts";
import { route } from "./route.ts";

const count = z.number().int().min(0);

export const knownCollector = z
  .object({
    name: collectorName,
    labels: z.array(z.string()).meta({ description: "What apps call it, most used first" }),
    typicalSizeBytes: z
      .object({ smallest: z.number(), median: z.number(), largest: z.number() })
      .optional()
      .meta({ description: "Of what installations say; absent when none says" }),
    installations: count.meta({ description: "How many can produce it" }),
    platforms: z.array(z.enum(PLATFORMS)),
  })
  .meta({ id: "KnownCollector" });

export const listCollectors = route({
  name: "listCollectors",
  method: "get",
  path: "/v1/collectors",
  audience: "agent",
  tag: "Insights",
  summary: "List the collectors that installations have announced, most installations first",
  successes: [{ status: 200, description: "All of them", body: listOf(knownCollector) }],
});

const durations = z
  .object({
    count: count.meta({ description: "How many requests the figures are made from" }),
    medianSeconds: z.number().optional(),
    p90Seconds: z.number().optional(),
  })
  .meta({ id: "Durations" });

export const insights = z
  .object({
    from: time,
    to: time,
    funnel: z
      .object({ asked: count, pushed: count, seen: count, answered: count, shared: count, linked: count })
      .meta({ description: "How far the requests of this time came; each step counts those that reached it at all" }),
    states: z.partialRecord(z.enum(REQUEST_STATES), count).meta({ description: "Where they stand now" }),
    timeToAnswer: durations.meta({ description: "From the ask to the answer, a share or a decline" }),
    timeToLink: durations.meta({ description: "From the ask to files on the ticket" }),
    platforms: z
      .array(
        z.object({
          platform: z.enum(PLATFORMS),
          requests: count.meta({ description: "Requests of which a push was sent on this platform" }),
          states: z.partialRecord(z.enum(REQUEST_STATES), count).meta({ description: "Where these requests stand" }),
          pushes: z.object({ accepted: count, refused: count, underWay: count }),
          outcomes: z.record(z.string(), count).meta({ description: "The hub's own counts, by its names" }),
        }),
      )
      .meta({ description: "A request whose user has two platforms is counted in both" }),
    days: z
      .array(z.object({ day: z.iso.date(), asked: count, shared: count, declined: count, expired: count }))
      .meta({ description: "By the day of the ask, in UTC, without empty days" }),
  })
  .meta({ id: "Insights" });

export type Insights = z.output<typeof insights>;

export const getInsights = route({
  name: "getInsights",
  method: "get",
  path: "/v1/insights",
  audience: "agent",
  tag: "Insights",
  summary: "Count how requests fared that were made in a span of time",
  query: z.strictObject({
    from: time.optional().meta({ description: "30 days before `to` unless given" }),
    to: time.optional().meta({ description: "Now unless given" }),
  }),
  successes: [{ status: 200, description: "The figures", body: insights }],
  problems: ["invalid_request"],
});
