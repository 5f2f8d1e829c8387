import { z } from "zod";
import { ROLES } from "#domain/vocabulary.ts";
import { agentId, listOf, pageQuery, time } from "./primitives.ts";
import { route } from "./route.ts";

/** More than a page of the console names at once. */
const MOST_IDS = 100;

export const agent = z
  .object({
    id: agentId,
    name: z.string().optional().meta({ description: "As the identity provider says; absent where it says none" }),
    roles: z.array(z.enum(ROLES)),
    seenAt: time.meta({ description: "When they last used Beckon, to the hour" }),
  })
  .meta({ id: "Agent", description: "Somebody who handles tickets. Known once they have used Beckon." });

export const listAgents = route({
  name: "listAgents",
  method: "get",
  path: "/v1/agents",
  audience: "agent",
  tag: "Agents",
  summary: "Find colleagues by name, or the names of ids",
  query: z.strictObject({
    query: z.string().max(200).optional().meta({ description: "Beginnings of words of the name or id" }),
    id: z
      .preprocess((given) => (typeof given === "string" ? [given] : given), z.array(agentId).max(MOST_IDS))
      .optional()
      .meta({
        description: `Once for each agent that is asked for, ${MOST_IDS} at most; with it the other parameters count for nothing. Who is not known is left out`,
        type: "array",
        items: { type: "string" },
        maxItems: MOST_IDS,
      }),
    ...pageQuery,
  }),
  successes: [{ status: 200, description: "A page of agents, by id", body: listOf(agent) }],
});
