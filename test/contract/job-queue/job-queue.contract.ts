import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createJobQueue, type JobQueueEngine } from "#adapters/bullmq/create-job-queue.ts";
import type { JobQueue } from "#ports/job-queue.ts";
import { startTcpProxy } from "#test/support/tcp-proxy.ts";

export interface JobQueueSubject {
  readonly engine: JobQueueEngine;
  readonly prefix: string;
  /** Everything that the engine holds of the queues, as text. */
  readonly dump: () => Promise<string>;
}

const WORKER_PROCESS = fileURLToPath(new URL("./worker-process.ts", import.meta.url));
/** In the words of pg, of ioredis, or ours when nobody said anything in time. */
const AWAY = /ECONNREFUSED|Connection terminated|does not answer|Waited \d+ ms|isn't writeable|retries per request/;
const SOON = { timeout: 15_000, interval: 20 } as const;

/** What every job queue does, whatever it runs on. `subject` makes an empty one. */
export function describeJobQueue(name: string, subject: () => Promise<JobQueueSubject>): void {
  describe(`the job queue on ${name}`, { timeout: 40_000 }, () => {
    const undo: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const step of undo.splice(0).toReversed()) await step();
    });

    const lines: string[] = [];
    const note = (_fields: object, message: string) => void lines.push(message);
    const open = ({ engine, prefix }: Omit<JobQueueSubject, "dump">): JobQueue => {
      const queue = createJobQueue({ engine, prefix, log: { info: note, warn: note, error: note } });
      undo.push(() => queue.close());
      return queue;
    };

    /** The same engine, behind a proxy that the test can cut. */
    const breakable = async (made: JobQueueSubject) => {
      const { engine } = made;
      const url = new URL(engine.kind === "postgres" ? engine.databaseUrl : engine.url);
      const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
      undo.push(proxy.cut);
      url.port = String(proxy.port);
      const through: JobQueueEngine =
        engine.kind === "postgres" ? { kind: "postgres", databaseUrl: url.href } : { kind: "redis", url: url.href };
      return { proxy, queue: open({ ...made, engine: through }) };
    };

    test("every job that was added is handled", async () => {
      const queue = open(await subject());
      const seen = new Set<unknown>();
      await queue.work("count", { concurrency: 4, timeoutSeconds: 5 }, async (items) => {
        for (const item of items) seen.add(item);
      });
      const jobs = Array.from({ length: 120 }, (_, n) => ({ name: "count", items: [2 * n, 2 * n + 1] }));
      await queue.add(jobs);
      await vi.waitFor(() => expect(seen.size).toBe(240), SOON);
      await vi.waitFor(async () => {
        expect((await queue.counts())["count"]).toEqual({ waiting: 0, active: 0, failed: 0 });
      }, SOON);
    });

    test("jobs of one name never reach the worker of another", async () => {
      const queue = open(await subject());
      const seen: string[] = [];
      for (const job of ["one", "other"]) {
        await queue.work(job, { concurrency: 1, timeoutSeconds: 5 }, async (items) => {
          seen.push(`${job}:${String(items[0])}`);
        });
      }
      await queue.add([
        { name: "one", items: ["a"] },
        { name: "other", items: ["b"] },
      ]);
      await vi.waitFor(() => expect(seen.toSorted()).toEqual(["one:a", "other:b"]), SOON);
    });

    test("a job whose handler throws is tried again", async () => {
      const queue = open(await subject());
      let tries = 0;
      await queue.work("flaky", { concurrency: 1, timeoutSeconds: 5 }, async () => {
        tries += 1;
        if (tries === 1) throw new Error("not yet");
      });
      await queue.add([{ name: "flaky", items: [1] }]);
      await vi.waitFor(() => expect(tries).toBe(2), SOON);
    });

    test("a job that always throws is given up after three tries, holds nobody else, and its error's words are kept nowhere", async () => {
      const made = await subject();
      const queue = open(made);
      let tries = 0;
      const fine: unknown[] = [];
      await queue.work("poison", { concurrency: 1, timeoutSeconds: 5 }, async ([item]) => {
        if (item !== "bad") return void fine.push(item);
        tries += 1;
        throw new Error("never: https://secret.example");
      });
      await queue.add([
        { name: "poison", items: ["bad"] },
        { name: "poison", items: ["good"] },
      ]);
      await vi.waitFor(async () => {
        expect((await queue.counts())["poison"]).toEqual({ waiting: 0, active: 0, failed: 1 });
      }, SOON);
      expect({ tries, fine }).toEqual({ tries: 3, fine: ["good"] });
      const kept = await made.dump();
      expect(kept).toContain('"bad"');
      expect(kept).not.toContain("secret.example");
    });

    test("a handler that takes too long is told by its signal", async () => {
      const queue = open(await subject());
      const told = Promise.withResolvers<unknown>();
      await queue.work("slow", { concurrency: 1, timeoutSeconds: 0.2 }, async (_items, signal) => {
        await delay(30_000, undefined, { signal }).catch(() => undefined);
        told.resolve(signal.reason);
      });
      await queue.add([{ name: "slow", items: [1] }]);
      expect(await told.promise).toMatchObject({ name: "TimeoutError" });
    });

    test("the job of a killed worker is run by another within ten seconds", async () => {
      const made = await subject();
      const queue = open(made);
      const child = spawn(process.execPath, [WORKER_PROCESS, JSON.stringify(made)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      undo.push(async () => child.kill("SIGKILL"));
      const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      expect((await said.next()).value).toBe("working");
      await queue.add([{ name: "doomed", items: ["precious"] }]);
      expect((await said.next()).value).toBe('took ["precious"]');
      const rescued = Promise.withResolvers<readonly unknown[]>();
      await queue.work("doomed", { concurrency: 1, timeoutSeconds: 5 }, async (items) => rescued.resolve(items));
      const killedAt = performance.now();
      child.kill("SIGKILL");
      expect(await rescued.promise).toEqual(["precious"]);
      expect(performance.now() - killedAt).toBeLessThan(10_000);
    });

    test("a repeated job comes once a period, with two processes that ask for it", async () => {
      const made = await subject();
      const everyMs = 400;
      const runs: number[] = [];
      for (const queue of [open(made), open(made)]) {
        await queue.work("tick", { concurrency: 1, timeoutSeconds: 5 }, async () => void runs.push(Date.now()));
        await queue.repeat("tick", everyMs);
      }
      await vi.waitFor(() => expect(runs.length).toBeGreaterThanOrEqual(6), SOON);
      const [first = 0] = runs;
      const last = runs.at(-1) ?? 0;
      const periods = Math.floor(last / everyMs) - Math.floor(first / everyMs) + 1;
      // A busy machine may make a period's job late; it never makes two of it.
      expect(runs.length).toBeLessThanOrEqual(periods + 1);
    });

    test("adding fails within seconds while the engine is away, and works again when it is back", async () => {
      const { proxy, queue } = await breakable(await subject());
      const seen: unknown[] = [];
      await queue.work("patient", { concurrency: 1, timeoutSeconds: 5 }, async ([item]) => void seen.push(item));
      await queue.add([{ name: "patient", items: ["before"] }]);
      await vi.waitFor(() => expect(seen).toEqual(["before"]), SOON);
      lines.length = 0;
      await proxy.cut();
      const cutAt = performance.now();
      for (let n = 0; n < 3; n += 1)
        await expect(queue.add([{ name: "patient", items: ["lost"] }])).rejects.toThrow(AWAY);
      expect(performance.now() - cutAt).toBeLessThan(15_000);
      await expect(queue.check()).rejects.toThrow(AWAY);
      expect(lines).toHaveLength(1);
      await proxy.mend();
      await vi.waitFor(() => queue.add([{ name: "patient", items: ["after"] }]), SOON);
      await vi.waitFor(() => expect(seen).toContain("after"), SOON);
    });

    test("adding to an engine that hangs fails within some two seconds, and so does asking whether it answers", async () => {
      const { proxy, queue } = await breakable(await subject());
      await queue.reach();
      await queue.add([{ name: "hung", items: ["before"] }]);
      proxy.silence();
      const from = performance.now();
      await Promise.all([
        expect(queue.add([{ name: "hung", items: ["lost"] }])).rejects.toThrow(AWAY),
        expect(queue.reach()).rejects.toThrow(AWAY),
      ]);
      expect(performance.now() - from).toBeLessThan(4_000);
      await proxy.mend();
      await vi.waitFor(() => queue.reach(), SOON);
      await vi.waitFor(() => queue.add([{ name: "hung", items: ["after"] }]), SOON);
    });

    test("a process that starts before its engine works once that has come", async () => {
      const { proxy, queue } = await breakable(await subject());
      await proxy.cut();
      const seen: unknown[] = [];
      await queue.work("early", { concurrency: 1, timeoutSeconds: 5 }, async ([item]) => void seen.push(item));
      await queue.repeat("early", 300);
      await expect(queue.add([{ name: "early", items: ["lost"] }])).rejects.toThrow(AWAY);
      await proxy.mend();
      await vi.waitFor(() => queue.add([{ name: "early", items: ["found"] }]), SOON);
      await vi.waitFor(() => expect(seen).toContain("found"), SOON);
      // The period's own job has come as well.
      await vi.waitFor(() => expect(seen).toContainEqual({}), SOON);
    });

    test("a handler is told by its signal that its process stops, and may still finish", async () => {
      const queue = open(await subject());
      const started = Promise.withResolvers<void>();
      const told: unknown[] = [];
      await queue.work("told", { concurrency: 1, timeoutSeconds: 60 }, async (_items, signal) => {
        started.resolve();
        await delay(30_000, undefined, { signal }).catch(() => undefined);
        told.push(signal.reason);
      });
      await queue.add([{ name: "told", items: [1] }]);
      await started.promise;
      await queue.close();
      expect(told).toEqual([expect.objectContaining({ name: "WorkerStops" })]);
    });

    test("closing waits for the handler that is under way, and starts no other", async () => {
      const queue = open(await subject());
      const started = Promise.withResolvers<void>();
      const mayFinish = Promise.withResolvers<void>();
      const finished: unknown[] = [];
      await queue.work("last", { concurrency: 1, timeoutSeconds: 5 }, async ([item]) => {
        started.resolve();
        await mayFinish.promise;
        finished.push(item);
      });
      await queue.add([
        { name: "last", items: ["in hand"] },
        { name: "last", items: ["waiting"] },
      ]);
      await started.promise;
      const closing = queue.close().then(() => finished.push("closed"));
      mayFinish.resolve();
      await closing;
      expect(finished).toEqual(["in hand", "closed"]);
      await expect(queue.add([{ name: "last", items: ["late"] }])).rejects.toThrow("aborted");
    });

    test("closing ends while the engine is away", async () => {
      const { proxy, queue } = await breakable(await subject());
      await queue.work("stuck", { concurrency: 1, timeoutSeconds: 5 }, async () => undefined);
      await queue.add([{ name: "stuck", items: [1] }]);
      await proxy.cut();
      await expect(queue.close()).resolves.toBeUndefined();
    });
  });
}
