import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createJobQueue } from "#adapters/bullmq/create-job-queue.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { pickFreePort } from "#app/embedded/free-port.ts";

const program = findOnPath("redis-server", process.env["PATH"]);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const SOON = { timeout: 20_000, interval: 50 } as const;

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A redis-server with settings of its own, which the embedded one does not take. */
async function startServer(settings: Readonly<Record<string, string>>, sentinelOf?: number) {
  const folder = await mkdtemp(join(tmpdir(), "beckon-redis-"));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const port = await pickFreePort();
  const lines = Object.entries({ port: String(port), bind: "127.0.0.1", dir: folder, save: '""', ...settings });
  if (sentinelOf !== undefined) {
    lines.push(
      ["sentinel", `monitor main 127.0.0.1 ${sentinelOf} 1`],
      ["sentinel", "down-after-milliseconds main 1000"],
      ["sentinel", "failover-timeout main 5000"],
    );
  }
  const file = join(folder, "redis.conf");
  await writeFile(file, lines.map(([name, value]) => `${name} ${value}\n`).join(""));
  const args = sentinelOf === undefined ? [file] : [file, "--sentinel"];
  const child = spawn(program ?? "", args, { stdio: "ignore" });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  undo.push(kill);
  const client = new Redis(port);
  client.on("error", () => undefined);
  undo.push(async () => client.disconnect());
  await vi.waitFor(() => client.ping(), SOON);
  return { port, client, kill };
}

function open(url: string) {
  const queue = createJobQueue({ engine: { kind: "redis", url }, prefix: "beckon", log: silent });
  undo.push(() => queue.close());
  return queue;
}

/** Two queues, so that a cluster has two slots to keep apart. */
async function expectItWorks(url: string) {
  const queue = open(url);
  const seen: unknown[] = [];
  for (const name of ["push", "verify"]) {
    await queue.work(
      name,
      { concurrency: 2, timeoutSeconds: 5 },
      async ([item]) => void seen.push(`${name} ${String(item)}`),
    );
  }
  await queue.work("sweep", { concurrency: 1, timeoutSeconds: 5 }, async () => void seen.push("sweep"));
  await vi.waitFor(() => queue.check(), SOON);
  await queue.repeat("sweep", 500);
  await queue.add([
    { name: "push", items: [1] },
    { name: "verify", items: [2] },
  ]);
  await vi.waitFor(() => expect(seen).toEqual(expect.arrayContaining(["push 1", "verify 2", "sweep"])), SOON);
  return { queue, seen };
}

describe.runIf(program !== undefined)("REDIS_URL", { timeout: 60_000 }, () => {
  test("of a cluster: each queue's keys lie together, and all of it works", async () => {
    const { port, client } = await startServer({
      "cluster-enabled": "yes",
      "cluster-port": String(await pickFreePort()),
      "cluster-config-file": "nodes.conf",
      // A node alone does not know by which address others see it.
      "cluster-announce-ip": "127.0.0.1",
    });
    await client.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await vi.waitFor(async () => expect(await client.call("CLUSTER", "INFO")).toContain("cluster_state:ok"), SOON);
    await expectItWorks(`redis+cluster://127.0.0.1:${port}`);
  });

  test("of sentinels: the queue follows a failover to the new master", async () => {
    const master = await startServer({});
    const replica = await startServer({ replicaof: `127.0.0.1 ${master.port}`, "repl-diskless-sync-delay": "0" });
    await vi.waitFor(
      async () => expect(await replica.client.info("replication")).toContain("master_link_status:up"),
      SOON,
    );
    const sentinel = await startServer({}, master.port);
    await vi.waitFor(
      async () =>
        expect(String(await sentinel.client.call("SENTINEL", "REPLICAS", "main"))).toContain(String(replica.port)),
      SOON,
    );
    const { queue, seen } = await expectItWorks(`redis+sentinel://127.0.0.1:${sentinel.port}/main`);
    await master.kill();
    await vi.waitFor(() => queue.add([{ name: "push", items: ["after"] }]), { timeout: 40_000, interval: 200 });
    await vi.waitFor(() => expect(seen).toContain("push after"), SOON);
    expect(await replica.client.info("replication")).toContain("role:master");
  });

  test("with a password: it is sent, and a wrong one never reaches the log", async () => {
    const { port, client } = await startServer({});
    await client.config("SET", "requirepass", "s3cret word");
    await expectItWorks(`redis://:${encodeURIComponent("s3cret word")}@127.0.0.1:${port}/3`);
    const wrong = open(`redis://:hunter2@127.0.0.1:${port}`);
    const refused = await wrong.add([{ name: "push", items: [1] }]).catch(String);
    expect(refused).toContain("Redis does not answer");
    expect(refused).not.toContain("hunter2");
  });
});
