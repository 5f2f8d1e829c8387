/**
 * Memory and speed of `POST /v1/call-support-tickets`: the whole API, on PostgreSQL and Azurite, with a form whose file is as large as
 * asked (`npm run bench multipart 2048`, in MiB; 512 unless said).
 *
 *   memory       growth of the API's peak while it takes one form ÷ growth of a bare server that throws the same request away
 *   concurrency  what each further form at the same time adds to the API's peak
 *   speed        the form ÷ the same bytes by the SDK's uploadStream straight to Azurite, in blocks of 4 MiB, two at once
 *
 * The peak is the kernel's (`VmHWM`), set back before each; both servers have taken a small form before. The sender is this
 * process. Azurite is slower than either server: of the speeds only the ratio says something.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BlobServiceClient } from "@azure/storage-blob";
import { startAzurite, type EmbeddedAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { peakMemoryBytes } from "./support/process-usage.ts";
import { startChild, type Child } from "./support/start-child.ts";
import { median, spread } from "./support/statistics.ts";

const MIB = 1024 ** 2;
const DEFAULT_MIB = 512;
const ROUNDS = 3;
const AT_ONCE = 8;
const BLOCK_BYTES = 4 * MIB;
const BOUNDARY = "----bench-multipart-boundary";
const PATH = "/v1/call-support-tickets";

/** The same for every part of every file: making it anew would cost more than taking it. */
const CHUNK = randomBytes(MIB);

/** @param log told how far it is */
export async function benchMultipart(log: (line: string) => void, sizeMib = DEFAULT_MIB): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "beckon-bench-"));
  const postgres = await startPostgres({ dataDir: join(folder, "postgres") });
  const azurite = await startAzurite({ dataDir: join(folder, "azurite") });
  const children: Child[] = [];
  try {
    const env = environment(postgres.url, azurite);
    await (await startChild(["src/app/main.ts", "migrate"], env)).stop();
    const api = await startChild(["src/app/main.ts", "api"], env);
    children.push(api);
    const drain = await startChild(["bench/support/bare-drain-child.ts"], {});
    children.push(drain);
    // Each of another user, because one user's are limited.
    const form = async (url: string, mib: number) => sendForm(url, await deviceToken(api.firstLine), mib);
    for (const { firstLine } of children) await form(firstLine, 16);

    const growths: { ours: number; bare: number }[] = [];
    const speeds: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const bare = await growth(drain, () => form(drain.firstLine, sizeMib));
      let seconds = 0;
      const ours = await growth(api, async () => (seconds = await form(api.firstLine, sizeMib)));
      const direct = await uploadDirect(azurite, sizeMib);
      growths.push({ ours, bare });
      speeds.push(direct / seconds);
      log(
        `round ${round} of ${ROUNDS}: the API grew by ${inMib(ours)}, the bare server by ${inMib(bare)}; ` +
          `form ${(sizeMib / seconds).toFixed(0)} MiB/s, straight to Azurite ${(sizeMib / direct).toFixed(0)} MiB/s`,
      );
    }
    const each = Math.max(32, Math.floor(sizeMib / AT_ONCE));
    const one = await growth(api, () => form(api.firstLine, each));
    const many = await growth(api, () => Promise.all(Array.from({ length: AT_ONCE }, () => form(api.firstLine, each))));
    log(`memory, growth of the peak ÷ bare: ${spread(growths.map(({ ours, bare }) => ours / bare))}`);
    log(
      `median growth: ${inMib(median(growths.map(({ ours }) => ours)))}, bare ${inMib(median(growths.map(({ bare }) => bare)))}`,
    );
    log(`each further form at the same time (${AT_ONCE} of ${each} MiB): ${inMib((many - one) / (AT_ONCE - 1))}`);
    log(`speed ÷ straight to Azurite: ${spread(speeds)}`);
  } finally {
    for (const child of children) await child.stop();
    await azurite.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function environment(databaseUrl: string, azurite: EmbeddedAzurite): Record<string, string> {
  return {
    NODE_ENV: "development",
    LOG_LEVEL: "warn",
    DATABASE_URL: databaseUrl,
    BLOB_ENDPOINT: azurite.url,
    BLOB_ACCOUNT_KEY: azurite.accountKey,
    HUB_CONNECTION_STRING: "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=none;SharedAccessKey=bm9uZQ==",
    DEV_ISSUER: "true",
    DEPLOYMENT_KEY: randomUUID() + randomUUID(),
    REPORT_MAX_FILE_BYTES: String(4_900 * MIB),
    REPORT_MAX_BYTES: String(4_900 * MIB),
    REPORT_MAX_BYTES_A_DAY: String(1_000_000 * MIB),
    REPORT_MAX_A_DAY: "1000",
  };
}

async function deviceToken(apiUrl: string): Promise<string> {
  const answer = await fetch(new URL("/dev-issuer/token", apiUrl), {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", username: `ann-${randomUUID()}`, audience: "beckon-devices" }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** How far a process's peak goes above where it was. */
async function growth({ pid }: Child, work: () => Promise<unknown>): Promise<number> {
  // Linux, proc(5): 5 resets the peak resident set size of the process to its present value.
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
  const rest = peakMemoryBytes(pid);
  await work();
  return peakMemoryBytes(pid) - rest;
}

/** @returns seconds until the answer */
async function sendForm(url: string, token: string, mib: number): Promise<number> {
  const head = Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="text"\r\n\r\nbench\r\n` +
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="media"; filename="media.etl"\r\n\r\n`,
  );
  const from = performance.now();
  const request = httpRequest(new URL(PATH, url), {
    method: "POST",
    agent: false,
    headers: { authorization: `Bearer ${token}`, "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  });
  const answered = once(request, "response") as Promise<[IncomingMessage]>;
  const pieces = [head, ...Array.from({ length: mib }, () => CHUNK), Buffer.from(`\r\n--${BOUNDARY}--\r\n`)];
  await pipeline(Readable.from(pieces, { objectMode: false }), request);
  const [response] = await answered;
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 201) throw new Error(`the form was answered ${response.statusCode}`);
  return (performance.now() - from) / 1000;
}

/** @returns seconds until the blob stands */
async function uploadDirect({ connectionString }: EmbeddedAzurite, mib: number): Promise<number> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient("beckon-ingest");
  const blob = container.getBlockBlobClient(`bench/${randomUUID()}`);
  const from = performance.now();
  const bytes = Readable.from(repeat(mib), { objectMode: false });
  await blob.uploadStream(bytes, BLOCK_BYTES, 2);
  const seconds = (performance.now() - from) / 1000;
  await blob.delete();
  return seconds;
}

function* repeat(times: number): Generator<Uint8Array> {
  for (let n = 0; n < times; n += 1) yield CHUNK;
}

function inMib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
