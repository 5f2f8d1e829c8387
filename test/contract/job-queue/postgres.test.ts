import { Client } from "pg";
import { expect, test } from "vitest";
import { createJobQueue } from "#adapters/bullmq/create-job-queue.ts";
import { migrateQueue } from "#adapters/bullmq/migrate-queue.ts";
import { createTestDatabase } from "#test/support/servers.ts";
import { describeJobQueue } from "./job-queue.contract.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describeJobQueue("PostgreSQL", async () => {
  const { url: databaseUrl } = await createTestDatabase({ migrated: false });
  await migrateQueue({ databaseUrl });
  return {
    engine: { kind: "postgres", databaseUrl },
    prefix: "beckon",
    async dump() {
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      const { rows } = await client.query<{ all: string }>(
        "select concat((select json_agg(job) from bullmq.job), (select json_agg(event) from bullmq.event)) as all",
      );
      await client.end();
      return rows[0]?.all ?? "";
    },
  };
});

test("a database without the queue's tables is refused with the command that makes them", async () => {
  const { url: databaseUrl } = await createTestDatabase({ migrated: false });
  const queue = createJobQueue({ engine: { kind: "postgres", databaseUrl }, prefix: "beckon", log: silent });
  try {
    await expect(queue.check()).rejects.toThrow("beckon migrate");
    await expect(queue.add([{ name: "push", items: [1] }])).rejects.toThrow("is not initialized");
    // Two at once, as when two processes deploy together.
    await Promise.all([migrateQueue({ databaseUrl }), migrateQueue({ databaseUrl })]);
    await queue.check();
    await queue.add([{ name: "push", items: [1] }]);
    expect(await queue.counts()).toEqual({ push: { waiting: 1, active: 0, failed: 0 } });
  } finally {
    await queue.close();
  }
});
