import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAzurite, type EmbeddedAzurite } from "#app/embedded/start-azurite.ts";
import { createBlobStore } from "#adapters/azure-blob/create-blob-store.ts";
import { createTrustedCertificate, type TestCertificate, wellFormedToken } from "#test/support/blob-certificate.ts";
import { blobStoreCases } from "./blob-store-suite.ts";

const MINUTE_MS = 60_000;

let certificate: TestCertificate;
let azurite: EmbeddedAzurite;

beforeAll(async () => {
  certificate = await createTrustedCertificate();
  azurite = await startAzurite({ dataDir: join(certificate.folder, "azurite"), oauth: certificate });
});
afterAll(async () => {
  await azurite.stop();
  await certificate.remove();
});

const CONTAINERS = { ingestContainer: "ingest", evidenceContainer: "evidence" };
const TOKEN = { kind: "token", tokenCredential: { getToken: async () => wellFormedToken() } } as const;

describe("a blob store whose links are signed with a user delegation key", () => {
  blobStoreCases(async () => ({
    endpoint: azurite.url,
    credential: TOKEN,
    ...CONTAINERS,
  }));
});

function storeAt(
  now: () => number,
  onWarning: (message: string) => void = () => {},
  getToken = TOKEN.tokenCredential.getToken,
) {
  return createBlobStore({
    endpoint: azurite.url,
    credential: { kind: "token", tokenCredential: { getToken } },
    ...CONTAINERS,
    allowInsecureHosts: [],
    clock: { now },
    log: { warn: (_fields, message) => onWarning(message) },
  });
}

/** When the key that signed a link began: one key, one start. */
function keyOf(link: { url: string }): string | null {
  return new URL(link.url).searchParams.get("skt");
}

test("one key signs until half of its life is over, and then a new one", async () => {
  let now = Date.now() - 40 * MINUTE_MS;
  const store = storeAt(() => now);
  const link = () => store.createUploadLink("ingest/a/b", 1, now + 15 * MINUTE_MS);
  const [first, twin] = await Promise.all([link(), link()]);
  now += 29 * MINUTE_MS;
  const later = await link();
  now += 2 * MINUTE_MS;
  const renewed = await link();
  expect(keyOf(twin)).toBe(keyOf(first));
  expect(keyOf(later)).toBe(keyOf(first));
  expect(keyOf(renewed)).not.toBe(keyOf(first));
});

test("a link never says that it outlives the key that signed it", async () => {
  const now = Date.now();
  const { expiresAt, url } = await storeAt(() => now).createUploadLink("ingest/a/b", 1, now + 24 * 60 * MINUTE_MS);
  expect(expiresAt).toBeLessThanOrEqual(now + 60 * MINUTE_MS);
  expect(new Date(new URL(url).searchParams.get("ske") ?? "").getTime()).toBe(expiresAt);
});

test("while the token service is away the old key serves on, and a store without one says that it is away", async () => {
  let now = Date.now() - 40 * MINUTE_MS;
  let away = false;
  const warnings: string[] = [];
  // Tokens of no use a minute later, so that each key needs a new one.
  const getToken = async () => {
    if (away) throw Object.assign(new Error("no route"), { name: "CredentialUnavailableError" });
    return { ...wellFormedToken(), expiresOnTimestamp: Date.now() };
  };
  const store = storeAt(
    () => now,
    (message) => warnings.push(message),
    getToken,
  );
  const link = () => store.createUploadLink("ingest/a/b", 1, now + 15 * MINUTE_MS);
  const first = await link();
  away = true;
  now += 35 * MINUTE_MS;
  expect(keyOf(await link())).toBe(keyOf(first));
  expect(warnings).toHaveLength(1);
  now += 30 * MINUTE_MS;
  await expect(link()).rejects.toMatchObject({ code: "blob_store_unavailable" });
});
