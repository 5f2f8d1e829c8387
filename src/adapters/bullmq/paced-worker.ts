import { setTimeout as delay } from "node:timers/promises";
import {
  Worker,
  type ConnectionOptions,
  type IQueueBackend,
  type Job,
  type JobProgress,
  type RedisQueueBackend,
} from "bullmq";
import type { JobData } from "./queue-engine.ts";

/** How long a worker rests after its engine refused to give it a job. */
const REST_MS = 500;

/**
 * BullMQ asks again at once after every error that is not a refused connection: "the database system is starting up",
 * `-LOADING`, `-READONLY`. Eight workers that do so keep a processor busy and a recovering server from recovering.
 */
export class PacedWorker<B extends IQueueBackend = RedisQueueBackend, C = ConnectionOptions> extends Worker<
  JobData,
  void,
  string,
  B,
  JobProgress,
  C
> {
  /** Called after each answer of the engine. */
  onAnswer: () => void = () => undefined;

  protected override async moveToActive(token: string, name?: string): Promise<Job<JobData, void, string>> {
    try {
      const job = await super.moveToActive(token, name);
      this.onAnswer();
      return job;
    } catch (error) {
      await delay(REST_MS);
      throw error;
    }
  }
}
