/**
 * Memory of verify: the real `verifyFile`, on the real store and blob adapter, over 1 GiB on Azurite ÷ a bare download and hash of the
 * same bytes. Each in a process of its own, one after the other in random order; the median of the ratios of each round counts.
 *
 * The peak is the kernel's (`VmHWM`), from the moment when everything is loaded and connected to the end of the work. At rest
 * verify's program holds more than the bare one (Prisma, Azure's SDK, types stripped as it starts), so that two lines are printed:
 * the peak of the whole process, and the work's own part of it above rest. Both read from Azurite, which is slower
 * than either: of the speeds only the ratio says something.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startChild } from "./support/start-child.ts";
import { median, spread } from "./support/statistics.ts";
import { openVerifyWorld } from "./support/verify-world.ts";

const SIZE_BYTES = 1024 ** 3;
const ROUNDS = 5;
const MIB = 1024 ** 2;

/** What a child prints when its work is done. */
export interface MemoryReport {
  readonly restBytes: number;
  readonly peakBytes: number;
  /** Until the bytes were read and hashed. */
  readonly seconds: number;
}

/** @param log told how far it is */
export async function benchVerifyMemory(log: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "beckon-bench-"));
  const postgres = await startPostgres({ dataDir: join(folder, "postgres") });
  const azurite = await startAzurite({ dataDir: join(folder, "azurite") });
  try {
    const env = {
      NODE_ENV: "development",
      LOG_LEVEL: "warn",
      DATABASE_URL: postgres.url,
      BLOB_ENDPOINT: azurite.url,
      BLOB_ACCOUNT_KEY: azurite.accountKey,
      BLOB_INGEST_CONTAINER: "ingest",
      BLOB_EVIDENCE_CONTAINER: "evidence",
      HUB_CONNECTION_STRING: "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=none;SharedAccessKey=bm9uZQ==",
      DEV_ISSUER: "true",
      DEPLOYMENT_KEY: randomUUID() + randomUUID(),
    };
    await (await startChild(["src/app/main.ts", "migrate"], env)).stop();
    await using world = await openVerifyWorld(postgres.url, azurite);
    log(`uploading ${SIZE_BYTES / MIB} MiB to Azurite`);
    const { fileId, url, evidence } = await world.upload(SIZE_BYTES);
    const verify = () => run(["--expose-gc", "bench/support/verify-child.ts", fileId], env);
    const bare = () => run(["--expose-gc", "bench/support/bare-hash-child.ts", url], {});
    const rounds: { verify: MemoryReport; bare: MemoryReport }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const verifyFirst = Math.random() < 0.5;
      const first = await (verifyFirst ? verify() : bare());
      const second = await (verifyFirst ? bare() : verify());
      rounds.push(verifyFirst ? { verify: first, bare: second } : { verify: second, bare: first });
      await world.forgetVerdict(fileId, evidence);
      log(`round ${round} of ${ROUNDS}`);
    }
    report(rounds, log);
  } finally {
    await azurite.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A child's first line comes when its work is done. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<MemoryReport> {
  const child = await startChild(args, env);
  await child.stop();
  return JSON.parse(child.firstLine) as MemoryReport;
}

function report(rounds: readonly { verify: MemoryReport; bare: MemoryReport }[], log: (line: string) => void): void {
  const line = (what: string, of: (report: MemoryReport) => number) => {
    const middle = (reports: readonly MemoryReport[]) => median(reports.map(of)).toFixed(0).padStart(5);
    const [verify, bare] = [rounds.map((round) => round.verify), rounds.map((round) => round.bare)];
    const ratios = rounds.map((round) => of(round.verify) / of(round.bare));
    log(`${what.padEnd(24)} verify ${middle(verify)}   bare ${middle(bare)}   ratio ${spread(ratios)}`);
  };
  log("");
  line("peak memory, MiB", ({ peakBytes }) => peakBytes / MIB);
  line("  above rest, MiB", ({ peakBytes, restBytes }) => (peakBytes - restBytes) / MIB);
  line("read and hash, MiB/s", ({ seconds }) => SIZE_BYTES / MIB / seconds);
}
