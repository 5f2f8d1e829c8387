import { createHmac, timingSafeEqual } from "node:crypto";
import type { AccessPolicy } from "#emulator/hub/access-policy.ts";
import { HubError } from "#emulator/hub/hub-error.ts";

/** What a token is checked against. */
export interface SasTokenCheck {
  /** The header `Authorization`. */
  authorization: string | undefined;
  /** Host header of the request, with port. */
  host: string;
  /** Path of the request, as it came. */
  path: string;
  /** The policies of that name, of the hub and of the namespace. */
  policiesNamed: (name: string) => readonly AccessPolicy[];
  /** Milliseconds since 1970. */
  now: number;
}

const SCHEME = "SharedAccessSignature ";

/**
 * Checks a shared access signature and returns the policy that signed it. The string to sign is `sr` exactly as received,
 * a line feed and `se`: that covers every way of escaping that SDKs use.
 *
 * @throws HubError 401. InvalidSignature is the service's recorded text, ExpiredToken its recorded code; the other wordings are ours.
 */
export function checkSasToken({ authorization, host, path, policiesNamed, now }: SasTokenCheck): AccessPolicy {
  if (!authorization?.startsWith(SCHEME))
    throw new HubError(401, "MissingToken: The Authorization header is missing or is not a SharedAccessSignature");
  const fields = new Map<string, string>();
  for (const field of authorization.slice(SCHEME.length).split("&")) {
    const equals = field.indexOf("=");
    if (equals > 0) fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  const audience = fields.get("sr");
  const expiry = fields.get("se");
  const signature = decoded(fields.get("sig"));
  const name = decoded(fields.get("skn"));
  if (!audience || !expiry || !signature || !name)
    throw new HubError(401, "MalformedToken: The token must have the fields sr, sig, se and skn");
  const policy = policiesNamed(name).find((each) =>
    [each.primaryKey, each.secondaryKey].some((key) => isSignedBy(key, audience, expiry, signature)),
  );
  if (!policy) throw new HubError(401, "InvalidSignature: The token has an invalid signature");
  const expiresAt = Number(expiry) * 1000;
  if (!(expiresAt > now)) throw new HubError(401, `ExpiredToken: The token expired at ${expiry}`);
  if (!covers(decoded(audience) ?? "", host, path))
    throw new HubError(401, "InvalidAudience: The token is for another resource than the one that was requested");
  return policy;
}

function isSignedBy(key: string, audience: string, expiry: string, signature: string): boolean {
  const expected = createHmac("sha256", key).update(`${audience}\n${expiry}`).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Whether the audience is the requested resource or one above it; scheme, case, query and last slash do not matter. */
function covers(audience: string, host: string, path: string): boolean {
  const bare = audience.toLowerCase().replace(/^[a-z]+:\/\//, "");
  const [resource = ""] = bare.split("?");
  const slash = resource.indexOf("/");
  const audienceHost = slash < 0 ? resource : resource.slice(0, slash);
  if (canonicalHost(audienceHost) !== canonicalHost(host.toLowerCase())) return false;
  const prefix = slash < 0 ? "" : trimSlashes(resource.slice(slash));
  const requested = trimSlashes(decoded(path)?.toLowerCase() ?? path.toLowerCase());
  return prefix === "" || requested === prefix || requested.startsWith(`${prefix}/`);
}

/** One machine has several names for itself; a client may sign one and call another. */
function canonicalHost(host: string): string {
  return host.replace(/^(localhost|127\.0\.0\.1|\[::1\])(?=:|$)/, "loopback").replace(/:(80|443)$/, "");
}

function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

// A "+" is a plus here: Node and .NET escape it as %2B, and base64 has no blanks.
function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
