/** What is served beside the resources: the feed, and what operators probe. */
import { z } from "zod";
import { route } from "./route.ts";

export const readFeed = route({
  name: "readFeed",
  method: "get",
  path: "/v1/feed",
  audience: "agent",
  tag: "Feed",
  summary: "Server-sent events, one a fact; resumable with Last-Event-ID",
  successes: [
    {
      status: 200,
      description: "The data of each event is a TimelineEntry",
      contentType: "text/event-stream",
      body: z.string(),
    },
  ],
  problems: ["invalid_request"],
  timeoutSeconds: 0,
});

export const livez = route({
  name: "livez",
  method: "get",
  path: "/livez",
  audience: "public",
  tag: "Operations",
  summary: "Is the process alive",
  successes: [{ status: 200, description: "Yes", body: z.object({ alive: z.literal(true) }) }],
});

export const readinessPart = z.object({ state: z.enum(["ok", "degraded", "away"]), detail: z.string().optional() });

const readiness = z
  .object({ ready: z.boolean(), parts: z.record(z.string(), readinessPart) })
  .meta({ id: "Readiness" });

export const readyz = route({
  name: "readyz",
  method: "get",
  path: "/readyz",
  audience: "public",
  tag: "Operations",
  summary: "Can it serve: 503 only without PostgreSQL; the rest is listed as degraded",
  successes: [{ status: 200, description: "Yes, perhaps degraded", body: readiness }],
  problems: ["database_unavailable"],
});

export const metrics = route({
  name: "metrics",
  method: "get",
  path: "/metrics",
  audience: "public",
  tag: "Operations",
  summary: "Prometheus text",
  successes: [{ status: 200, description: "Metrics", contentType: "text/plain", body: z.string() }],
});
