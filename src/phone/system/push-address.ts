import type { BeckonStorage } from "#sdk/create-beckon.ts";

/** Where this install gets its pushes, as a browser's push subscription says it. */
export interface PushAddress {
  readonly installationId: string;
  readonly channel: { readonly endpoint: string; readonly p256dh: string; readonly auth: string };
}

interface Kept {
  readonly installationId: string;
  readonly endpointId: string;
  readonly p256dh: string;
  readonly auth: string;
}

const KEY = "push/address";

/**
 * The address of this install, made at the first start and kept. The keys are real ones of Web Push (RFC 8291), although
 * nothing is encrypted to an endpoint of the emulator's own.
 */
export async function keepPushAddress(storage: BeckonStorage, emulatorUrl: string): Promise<PushAddress> {
  const stored = await storage.get(KEY);
  const kept = typeof stored === "string" ? (JSON.parse(stored) as Kept) : await makeAddress();
  if (stored === undefined) await storage.set(KEY, JSON.stringify(kept));
  const { installationId, endpointId, p256dh, auth } = kept;
  return { installationId, channel: { endpoint: `${emulatorUrl}/$emulator/push/${endpointId}`, p256dh, auth } };
}

async function makeAddress(): Promise<Kept> {
  const { publicKey } = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  return {
    installationId: crypto.randomUUID(),
    endpointId: crypto.randomUUID(),
    p256dh: base64Url(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey))),
    auth: base64Url(crypto.getRandomValues(new Uint8Array(16))),
  };
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
