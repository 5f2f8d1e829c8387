import type { User } from "#domain/user.ts";
import type { Users } from "#ports/store.ts";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { User as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { prefixQuery, searchWords } from "./search-words.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

const LIST = "users";

/** Ids of the people of whom every typed word begins some word. PREPAREd by a test. */
export const SEARCH_USERS = `
  select id from app_user
  where array_to_tsvector(search_words) @@ $1::text::tsquery and ($2::text is null or id > $2)
  order by id limit $3::int`;

export function createUsers(db: Db): Users {
  return {
    async find(id) {
      const row = await db.user.findUnique({ where: { id } });
      return row ? userOf(row) : undefined;
    },
    async shownOf(ids) {
      const where = { id: { in: [...ids] }, OR: [{ label: { not: null } }, { timeZone: { not: null } }] };
      const rows = await db.user.findMany({ where, select: { id: true, label: true, timeZone: true } });
      return new Map(
        rows.map(({ id, ...shown }) => [id, absentNulls<Pick<User, "label" | "timeZone">>(shown)] as const),
      );
    },
    async ensure(id, now) {
      const at = dateOf(now);
      const { count } = await db.user.createMany({
        data: [{ id, contacts: [], searchWords: searchWords([id]), createdAt: at, updatedAt: at }],
        skipDuplicates: true,
      });
      return count === 1;
    },
    async put(user) {
      const data = columns(user);
      const { count } = await db.user.createMany({
        data: [{ ...data, id: user.id, createdAt: dateOf(user.createdAt) }],
        skipDuplicates: true,
      });
      if (count === 1) return "created";
      await db.user.update({ where: { id: user.id }, data });
      return "updated";
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
      const rows = await db.user.findMany({ where, orderBy: { id: "asc" }, take: limit + 1 });
      return pageOf(rows, limit, userOf, (row) => encodeCursor(LIST, [row.id]));
    },
  };

  async function matches(terms: string, afterId: string | undefined, limit: number): Promise<string[]> {
    const found = await db.$queryRawUnsafe<{ id: string }[]>(SEARCH_USERS, terms, afterId ?? null, limit + 1);
    return found.map((row) => row.id);
  }
}

function columns(user: User) {
  const { label, contacts, locale, timeZone } = user;
  return {
    label: label ?? null,
    contacts: [...contacts],
    locale: locale ?? null,
    timeZone: timeZone ?? null,
    searchWords: searchWords([user.id, label ?? "", ...contacts]),
    updatedAt: dateOf(user.updatedAt),
  };
}

function userOf(row: Row): User {
  return absentNulls<User>({
    id: row.id,
    label: row.label,
    contacts: row.contacts,
    locale: row.locale,
    timeZone: row.timeZone,
    createdAt: momentOf(row.createdAt),
    updatedAt: momentOf(row.updatedAt),
  });
}
