import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import type { ECDH } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that the push service has got. */
export interface PushRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Decrypted with the keys of the subscription. */
  text: string;
}

/** A push service on loopback with one subscriber: what a browser's vendor runs, and the browser. */
export interface PushService {
  /** What a page gets from `pushManager.subscribe`. */
  subscription(path: string): { endpoint: string; p256dh: string; auth: string };
  received: PushRequest[];
  /** Status of the next answers. */
  status: number;
  close(): Promise<void>;
}

/** @param host a loopback address. */
export async function startPushService(host: string): Promise<PushService> {
  const pair = createECDH("prime256v1");
  const p256dh = pair.generateKeys("base64url");
  const auth = randomBytes(16);
  const received: PushRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        method: request.method ?? "",
        path: request.url ?? "",
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        text: decrypt(Buffer.concat(chunks), pair, auth),
      });
      response.writeHead(service.status, { Location: "http://elsewhere.example/" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const service: PushService = {
    subscription: (path) => ({
      endpoint: `http://${host}:${port}${path}`,
      p256dh,
      auth: auth.toString("base64url"),
    }),
    received,
    status: 201,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
}

/** RFC 8291 from its text, with nothing of the library that encrypted it: salt, record size, key id, one record. */
function decrypt(body: Buffer, pair: ECDH, auth: Buffer): string {
  const salt = body.subarray(0, 16);
  const keyLength = body.readUInt8(20);
  const sender = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), pair.getPublicKey(), sender]);
  const secret = hkdfSync("sha256", pair.computeSecret(sender), auth, info, 32);
  const derive = (words: string, length: number): Buffer =>
    Buffer.from(hkdfSync("sha256", Buffer.from(secret), salt, Buffer.from(`Content-Encoding: ${words}\0`), length));
  const decipher = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString();
}

/** RFC 8292: the claims of `Authorization: vapid t=…, k=…`, if `k` is this key and has signed them. */
export function vapidClaims(authorization: string, publicKey: string): Record<string, unknown> {
  const [, token = "", key = ""] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization) ?? [];
  const [header = "", payload = "", signature = ""] = token.split(".");
  const point = Buffer.from(publicKey, "base64url");
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const isGood =
    key === publicKey &&
    verify(
      "sha256",
      Buffer.from(`${header}.${payload}`),
      { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
  if (!isGood) throw new Error(`Not signed by ${publicKey}: ${authorization}`);
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
}
