import { createQueue } from "#app/compose.ts";
import type { Settings } from "#app/config.ts";
import type { Log } from "#ports/log.ts";
import { Ailment, type Check } from "./check.ts";

/** Whether the queue is there, and on Redis also that it never evicts a job. */
export function queueCheck(settings: Settings, log: Log): Check {
  const onRedis = settings.REDIS_URL !== undefined;
  return {
    name: "queue",
    mend: onRedis
      ? 'see that Redis runs where REDIS_URL says, and that its password is right: redis-cli -u "$REDIS_URL" ping'
      : "npx beckon migrate",
    ...(!onRedis && { after: "database" }),
    async run() {
      const queue = createQueue(settings, log);
      try {
        await queue.check();
      } catch (error) {
        const [, what, mend] = /^(.*)\. Mend it: (.*)$/s.exec(error instanceof Error ? error.message : "") ?? [];
        if (what === undefined || mend === undefined) throw error;
        throw new Ailment(what, mend);
      } finally {
        await queue.close();
      }
      return onRedis ? "on Redis, which keeps all keys (noeviction)" : "on PostgreSQL, its tables are there";
    },
  };
}
