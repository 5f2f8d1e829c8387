import type { ApiKey, ApiKeys } from "#ports/store.ts";
import type { ApiKey as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

export function createApiKeys(db: Db): ApiKeys {
  return {
    async create({ id, name, secretHash, createdAt, revokedAt }) {
      await db.apiKey.create({
        data: { id, name, secretHash, createdAt: dateOf(createdAt), revokedAt: dateOf(revokedAt) },
      });
    },
    async list() {
      const rows = await db.apiKey.findMany({ orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
      return rows.map(keyOf);
    },
    async revoke(id, at) {
      const { count } = await db.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: dateOf(at) } });
      return count === 1;
    },
    async findByHash(secretHash) {
      const row = await db.apiKey.findUnique({ where: { secretHash } });
      return row ? keyOf(row) : undefined;
    },
  };
}

function keyOf(row: Row): ApiKey {
  return absentNulls<ApiKey>({
    id: row.id,
    name: row.name,
    createdAt: momentOf(row.createdAt),
    revokedAt: momentOf(row.revokedAt),
  });
}
