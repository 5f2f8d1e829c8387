/** A relay in a process of its own, which the failpoint kills. Started by relay.test.ts. */
import { createJobQueue, type JobQueueEngine } from "#adapters/bullmq/create-job-queue.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import { createFailpoint } from "#app/failpoint.ts";
import { PIPELINE, setsSomethingGoing } from "#flow/pipeline.ts";
import { startRelay } from "#flow/relay/relay.ts";

const { engine, prefix, databaseUrl, point } = JSON.parse(process.argv[2] ?? "") as {
  engine: JobQueueEngine;
  prefix: string;
  databaseUrl: string;
  point: string;
};
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const { outbox, clock } = await createStore({ databaseUrl, needsRelay: setsSomethingGoing, ids: uuidV7 });
const failpoint = createFailpoint({ point, production: false });
startRelay({
  outbox,
  queue: createJobQueue({ engine, prefix, log }),
  pipeline: PIPELINE,
  clock,
  log,
  ...(failpoint && { failpoint }),
});
