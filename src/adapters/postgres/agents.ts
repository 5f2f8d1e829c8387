import type { Agent } from "#domain/agent.ts";
import { ROLES } from "#domain/vocabulary.ts";
import type { Agents } from "#ports/store.ts";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Agent as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { prefixQuery, searchWords } from "./search-words.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

const LIST = "agents";

/** Ids of the agents of whom every typed word begins some word. PREPAREd by a test. */
export const SEARCH_AGENTS = `
  select id from agent
  where array_to_tsvector(search_words) @@ $1::text::tsquery and ($2::text is null or id > $2)
  order by id limit $3::int`;

export function createAgents(db: Db): Agents {
  return {
    async see({ id, name, roles, seenAt }) {
      const seen = {
        roles: [...roles],
        seenAt: dateOf(seenAt),
        ...(name !== undefined && { name, searchWords: searchWords([id, name]) }),
      };
      const { count } = await db.agent.updateMany({ where: { id, seenAt: { lte: seen.seenAt } }, data: seen });
      if (count > 0) return;
      await db.agent.createMany({ data: [{ searchWords: searchWords([id]), ...seen, id }], skipDuplicates: true });
    },
    async ofIds(ids) {
      const rows = await db.agent.findMany({ where: { id: { in: [...ids] } }, orderBy: { id: "asc" } });
      return rows.map(agentOf);
    },
    async search({ query, after, limit }) {
      const [afterId] = after === undefined ? [] : decodeCursor(LIST, after, ["string"]);
      const terms = query === undefined ? undefined : prefixQuery(query);
      const where =
        terms === undefined
          ? afterId === undefined
            ? {}
            : { id: { gt: afterId } }
          : { id: { in: await matches(terms, afterId, limit) } };
      const rows = await db.agent.findMany({ where, orderBy: { id: "asc" }, take: limit + 1 });
      return pageOf(rows, limit, agentOf, (row) => encodeCursor(LIST, [row.id]));
    },
  };

  async function matches(terms: string, afterId: string | undefined, limit: number): Promise<string[]> {
    const found = await db.$queryRawUnsafe<{ id: string }[]>(SEARCH_AGENTS, terms, afterId ?? null, limit + 1);
    return found.map((row) => row.id);
  }
}

function agentOf({ id, name, roles, seenAt }: Row): Agent {
  return absentNulls<Agent>({
    id,
    name,
    roles: ROLES.filter((role) => roles.includes(role)),
    seenAt: momentOf(seenAt),
  });
}
