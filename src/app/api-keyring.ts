import { createHash, randomBytes } from "node:crypto";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import type { Actor } from "#domain/vocabulary.ts";
import { setsSomethingGoing } from "#flow/pipeline.ts";
import type { ApiKey } from "#ports/store.ts";

export interface ApiKeyring {
  /** The secret is in nobody's memory but the caller's. */
  create(name: string): Promise<{ readonly key: ApiKey; readonly secret: string }>;
  /** Oldest first. */
  list(): Promise<readonly ApiKey[]>;
  /** @throws Error when there is none of this id, or it was revoked before */
  revoke(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Whoever can run commands on the deployment: their own name is for the machine's records, not for ours. */
const OPERATOR: Actor = { kind: "system", id: "cli" };

/** As many bits as SHA-256 keeps: guessing is hopeless, so that the hash needs neither salt nor slowness. */
const SECRET_BYTES = 32;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Opens what `beckon keys` works on. Everything that it changes is audited. @param databaseUrl of a migrated database */
export async function openApiKeyring(databaseUrl: string): Promise<ApiKeyring> {
  const { store, clock, close } = await createStore({
    databaseUrl,
    poolSize: 2,
    needsRelay: setsSomethingGoing,
    ids: uuidV7,
  });
  return {
    async create(name) {
      const secret = `bk_${randomBytes(SECRET_BYTES).toString("base64url")}`;
      const key: ApiKey = { id: uuidV7.next(), name, createdAt: clock.now() };
      await store.transaction(async (tx) => {
        await tx.apiKeys.create({ ...key, secretHash: createHash("sha256").update(secret).digest("hex") });
        await tx.append([{ type: "apiKey.created", at: key.createdAt, actor: OPERATOR, data: { keyId: key.id } }]);
      });
      return { key, secret };
    },

    list: () => store.apiKeys.list(),

    async revoke(id) {
      const at = clock.now();
      const revoked =
        UUID.test(id) &&
        (await store.transaction(async (tx) => {
          if (!(await tx.apiKeys.revoke(id, at))) return false;
          await tx.append([{ type: "apiKey.revoked", at, actor: OPERATOR, data: { keyId: id } }]);
          return true;
        }));
      if (!revoked) throw new Error(`There is no valid key ${id}. See which there are: npx beckon keys list`);
    },

    close,
  };
}
