/** A worker that takes one job, says so and never finishes it. Started and killed by the contract suite. */
import { createJobQueue, type JobQueueEngine } from "#adapters/bullmq/create-job-queue.ts";

const { engine, prefix } = JSON.parse(process.argv[2] ?? "") as { engine: JobQueueEngine; prefix: string };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const queue = createJobQueue({ engine, prefix, log: silent });
await queue.work("doomed", { concurrency: 1, timeoutSeconds: 60 }, async (items) => {
  process.stdout.write(`took ${JSON.stringify(items)}\n`);
  await new Promise(() => undefined);
});
process.stdout.write("working\n");
