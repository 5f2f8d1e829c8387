import { PrismaPg } from "@prisma/adapter-pg";
import type { Pool } from "pg";
import { PrismaClient, type Prisma } from "./generated/client.ts";

/** Prisma, inside a transaction or outside: what the repositories are made on. */
export type Db = Prisma.TransactionClient;

/** Prisma over the same pool as the hand-written statements, so that one number bounds our connections. */
export function openPrisma(pool: Pool): PrismaClient {
  // A connection that breaks while nobody waits for it is no news: the pool throws it away.
  return new PrismaClient({ adapter: new PrismaPg(pool, { onPoolError: () => {}, onConnectionError: () => {} }) });
}

export type { PrismaClient };
