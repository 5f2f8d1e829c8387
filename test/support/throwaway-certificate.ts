import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { generate } from "selfsigned";

/**
 * A certificate for 127.0.0.1 that this process trusts, fetch included, and nothing else does: Azurite asks for https
 * where it takes user delegation keys.
 *
 * @param folder where the two files go.
 */
export async function makeThrowawayCertificate(folder: string): Promise<{ certFile: string; keyFile: string }> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  const certFile = join(folder, "certificate.pem");
  const keyFile = join(folder, "key.pem");
  await writeFile(certFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  setDefaultCACertificates([...getCACertificates("default"), cert]);
  return { certFile, keyFile };
}
