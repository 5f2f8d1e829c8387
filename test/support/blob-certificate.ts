import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { generate } from "selfsigned";

/** A certificate for 127.0.0.1 that lives as long as one test file. */
export type TestCertificate = {
  certFile: string;
  keyFile: string;
  /** Where the files lie: for whatever else goes with them. */
  folder: string;
  remove: () => Promise<void>;
};

/**
 * Makes a certificate, and makes this process trust it beside those that it trusts anyway: verification stays on, for the
 * SDK and for fetch alike.
 */
export async function createTrustedCertificate(): Promise<TestCertificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    algorithm: "sha256",
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), "beckon-blob-"));
  const certFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  await writeFile(certFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  setDefaultCACertificates([...getCACertificates("default"), cert]);
  return { certFile, keyFile, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Any well-formed token is good enough for Azurite with `--oauth basic`: it looks at the claims and at no signature. */
export function wellFormedToken(): { token: string; expiresOnTimestamp: number } {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: "https://storage.azure.com",
    iss: "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
    tid: "ab1f708d-50f6-404c-a006-d71b2ac7a606",
    oid: "23657296-5cd5-45b0-a809-d972a7f4dfe1",
    iat: now - 60,
    nbf: now - 60,
    exp: now + 3600,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    token: `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`,
    expiresOnTimestamp: (now + 3600) * 1000,
  };
}
