/** Verifies one file as a worker does, on the parts that verify needs: the store and the blobs, without queue or hub. */
import { processEnvironment, readConfig } from "#app/config.ts";
import { createLog } from "#app/create-log.ts";
import { createBlobStore } from "#adapters/azure-blob/create-blob-store.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { setsSomethingGoing } from "#flow/pipeline.ts";
import { verifyFile } from "#flow/verify/verify-file.ts";
import { printMemory } from "./own-memory.ts";

const fileId = process.argv[2] ?? "";
const settings = readConfig(processEnvironment());
const log = createLog(settings.LOG_LEVEL, "bench");
const { store, clock, close } = await createStore({
  databaseUrl: settings.DATABASE_URL,
  needsRelay: setsSomethingGoing,
  ids: uuidV7,
});
const blobs = createBlobStore({
  endpoint: settings.BLOB_ENDPOINT,
  credential: {
    kind: "account-key",
    accountName: new URL(settings.BLOB_ENDPOINT).pathname.slice(1),
    accountKey: settings.BLOB_ACCOUNT_KEY ?? "",
  },
  ingestContainer: settings.BLOB_INGEST_CONTAINER,
  evidenceContainer: settings.BLOB_EVIDENCE_CONTAINER,
  allowInsecureHosts: settings.ALLOW_INSECURE_HOSTS,
  clock,
  log,
});
await store.files.find(fileId);
await printMemory(async () => {
  let hashedAt = Number.NaN;
  const failpoint = (name: string) => {
    if (name === "verify:after-hash") hashedAt = performance.now();
  };
  const deps = { store, blobs, clock, log, failpoint, retentionDays: 30, chance: Math.random };
  await verifyFile(fileId, deps, new AbortController().signal);
  const file = await store.files.find(fileId);
  if (file?.state !== "linked") throw new Error(`the file is ${file?.state}, not linked: ${file?.reason}`);
  return hashedAt;
});
await close();
