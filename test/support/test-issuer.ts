import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type JWK } from "jose";

type Claims = Readonly<Record<string, unknown>> & {
  readonly expiresInSeconds?: number;
  readonly notBeforeInSeconds?: number;
};

export interface TestIssuer extends AsyncDisposable {
  readonly url: string;
  /** A token of these claims; `iss`, `iat` and `exp` are added where they are not given. */
  sign(claims: Claims): Promise<string>;
  signWithAnotherKey(claims: Claims): Promise<string>;
  /** With the public key's own bytes as a shared secret: the classic confusion of algorithms. */
  signSymmetric(claims: Claims): Promise<string>;
}

/** An OIDC provider of its own, with discovery and keys. */
export async function startTestIssuer(): Promise<TestIssuer> {
  let number = 0;
  const createKey = async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    number += 1;
    const kid = `key-${number}`;
    const jwk: JWK = { ...(await exportJWK(pair.publicKey)), kid, alg: "ES256", use: "sig" };
    return { kid, jwk, privateKey: pair.privateKey };
  };
  const key = await createKey();
  const stranger = await createKey();
  const server = createServer((request, response) => {
    const body =
      request.url === "/.well-known/openid-configuration"
        ? { issuer: url, jwks_uri: `${url}/keys` }
        : { keys: [key.jwk] };
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const draft = (claims: Claims, alg: string, kid: string) => {
    const { expiresInSeconds = 600, notBeforeInSeconds, ...payload } = claims;
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: url,
      iat: now,
      exp: now + expiresInSeconds,
      ...(notBeforeInSeconds === undefined ? {} : { nbf: now + notBeforeInSeconds }),
      ...payload,
    }).setProtectedHeader({ alg, kid });
  };
  return {
    url,
    sign: (claims) => draft(claims, "ES256", key.kid).sign(key.privateKey),
    signWithAnotherKey: (claims) => draft(claims, "ES256", key.kid).sign(stranger.privateKey),
    signSymmetric: (claims) => draft(claims, "HS256", key.kid).sign(new TextEncoder().encode(JSON.stringify(key.jwk))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
