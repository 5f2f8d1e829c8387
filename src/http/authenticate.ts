/** Credentials to callers. Who may do what with them is the route's row, not this file's business. */
import { createSecretKey, hash, hkdfSync } from "node:crypto";
import type { Request } from "express";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  SignJWT,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import type { Audience } from "#contract/route.ts";
import { Problem } from "#domain/problems.ts";
import { ROLES, type Moment, type Role } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { ApiKeys } from "#ports/store.ts";
import type { Caller } from "./caller.ts";
import type { ConsoleSessions } from "./console-session.ts";
import { isKeepable } from "./parse-input.ts";

export interface IssuerSettings {
  /** The `iss` that tokens carry, and where `/.well-known/openid-configuration` is. */
  readonly issuer: string;
  readonly audience: string;
  /** The issuer's keys, where this process knows them itself; else its discovery document is asked. */
  readonly jwks?: JSONWebKeySet;
  /** Which claim is the caller's id; `sub` as a rule. */
  readonly subjectClaim: string;
  /** Which claim lists an agent's roles. */
  readonly rolesClaim: string;
}

/** Asymmetric only: a shared secret with an identity provider would let us mint its tokens (RFC 8725, section 3.1). */
const ALGORITHMS = ["ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519"];
const CLOCK_TOLERANCE_SECONDS = 30;
/** A verified token is not verified again for this long: ES256 costs 0.1 ms of CPU each time (assurance, A-2). */
const REMEMBER_MS = 60_000;
const REMEMBER_AT_MOST = 10_000;
const OUR_ISSUER = "urn:beckon:installation-token";

/** Verifies bearer tokens of one issuer. Throws `unauthenticated` with a reason that helps the caller and no attacker. */
export function createTokenVerifier(settings: IssuerSettings): (token: string) => Promise<JWTPayload> {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (token) => {
    keys ??= discoverKeys(settings).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    const { payload } = await jwtVerify(token, await keys, {
      algorithms: ALGORITHMS,
      issuer: settings.issuer,
      audience: settings.audience,
      requiredClaims: ["exp", settings.subjectClaim],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return payload;
  };
}

async function discoverKeys({ issuer, jwks }: IssuerSettings): Promise<JWTVerifyGetKey> {
  if (jwks) return createLocalJWKSet(jwks);
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`the identity provider's discovery document answered ${response.status}`);
  const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  // OpenID Connect Discovery 1.0, section 4.3: a document that names another issuer speaks for that one.
  if (document.issuer !== issuer) throw new Error("the identity provider's discovery document names another issuer");
  if (typeof document.jwks_uri !== "string")
    throw new Error("the identity provider's discovery document has no jwks_uri");
  const keysUrl = new URL(document.jwks_uri);
  if (keysUrl.protocol !== "https:" && keysUrl.hostname !== new URL(issuer).hostname)
    throw new Error("the identity provider's keys are not behind https");
  return createRemoteJWKSet(keysUrl);
}

/**
 * Who a token speaks for. Anything but a plain text would make one caller of many: every object is `[object Object]`.
 *
 * @throws unauthenticated
 */
function subjectOf(payload: JWTPayload, claim: string): string {
  const subject = payload[claim];
  if (typeof subject !== "string" || subject.length === 0 || subject.length > 256 || !isKeepable(subject)) {
    throw new Problem("unauthenticated", {
      detail: `The token's '${claim}' claim must be a text of 1 to 256 characters.`,
    });
  }
  return subject;
}

/** Makes and reads the tokens that an app's back end hands to one user's device. */
export interface InstallationTokens {
  create(claims: {
    readonly userId: string;
    readonly installationId?: string;
    readonly expiresAt: Moment;
  }): Promise<string>;
  /** Undefined when it is not one of ours. */
  read(
    token: string,
  ): Promise<{ readonly userId: string; readonly installationId?: string; readonly expiresAt: Moment } | undefined>;
}

/** @param deploymentKey the deployment's secret; a key of its own is derived from it for this use */
export function createInstallationTokens(deploymentKey: string): InstallationTokens {
  const key = createSecretKey(Buffer.from(hkdfSync("sha256", deploymentKey, "", "beckon installation tokens", 32)));
  return {
    create: ({ userId, installationId, expiresAt }) =>
      new SignJWT(installationId === undefined ? {} : { installationId })
        .setProtectedHeader({ alg: "HS256", typ: "beckon-installation+jwt" })
        .setIssuer(OUR_ISSUER)
        .setSubject(userId)
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .sign(key),
    async read(token) {
      if (!isOurs(token)) return undefined;
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["HS256"],
        issuer: OUR_ISSUER,
        typ: "beckon-installation+jwt",
        requiredClaims: ["exp", "sub"],
      });
      const installationId = payload["installationId"];
      return {
        userId: String(payload.sub),
        expiresAt: Number(payload.exp) * 1000,
        ...(typeof installationId === "string" ? { installationId } : {}),
      };
    },
  };
}

function isOurs(token: string): boolean {
  const header = token.split(".", 1)[0] ?? "";
  return Buffer.from(header, "base64url").includes("beckon-installation+jwt");
}

export interface AuthenticateOptions {
  readonly agents: IssuerSettings;
  readonly devices: IssuerSettings;
  readonly installationTokens: InstallationTokens;
  readonly apiKeys: ApiKeys;
  readonly clock: Clock;
  /** The console's cookies, which agents may send in place of a token. */
  readonly sessions: Pick<ConsoleSessions, "read" | "requireOwnPage">;
}

/**
 * Who sent this request, for a route of this audience.
 *
 * @throws unauthenticated when the credential is missing, of another kind, expired or not genuine
 */
export function createAuthenticate(
  options: AuthenticateOptions,
): (request: Request, audience: Audience) => Promise<Caller> {
  const { agents, devices, installationTokens, apiKeys, clock, sessions } = options;
  const verifyAgent = createTokenVerifier(agents);
  const verifyDevice = createTokenVerifier(devices);
  const remembered = new Map<string, { caller: Caller; until: Moment }>();

  const identify = async (token: string, audience: Audience): Promise<{ caller: Caller; expiresAt: Moment }> => {
    if (audience === "key") {
      const key = await apiKeys.findByHash(hash("sha256", token, "hex"));
      if (!key || key.revokedAt !== undefined)
        throw new Problem("unauthenticated", { detail: "This API key is not known, or it was revoked." });
      // A revoked key must stop soon, so it is remembered for a few seconds only.
      return { caller: { kind: "key", id: key.id }, expiresAt: clock.now() + 5_000 };
    }
    if (audience === "agent") {
      const payload = await verifyAgent(token);
      const roles = rolesOf(payload[agents.rolesClaim]);
      if (roles.length === 0) {
        throw new Problem("forbidden", {
          detail: `The token's '${agents.rolesClaim}' claim has none of the roles: ${ROLES.join(", ")}. Ask your administrator for one.`,
        });
      }
      const name = nameOf(payload);
      return {
        caller: {
          kind: "agent",
          id: subjectOf(payload, agents.subjectClaim),
          roles,
          ...(name === undefined ? {} : { name }),
        },
        expiresAt: Number(payload.exp) * 1000,
      };
    }
    const ours = await installationTokens.read(token);
    if (ours) {
      const { userId, installationId, expiresAt } = ours;
      return {
        caller: { kind: "device", userId, ...(installationId === undefined ? {} : { installationId }) },
        expiresAt,
      };
    }
    const payload = await verifyDevice(token);
    return {
      caller: { kind: "device", userId: subjectOf(payload, devices.subjectClaim) },
      expiresAt: Number(payload.exp) * 1000,
    };
  };

  /** A cookie comes along whoever caused the call, so a write with it must prove which page it comes from (assurance, U-7). */
  const bySession = async (request: Request): Promise<Caller | undefined> => {
    const session = await sessions.read(request);
    if (session === undefined) return undefined;
    if (request.method !== "GET" && request.method !== "HEAD") sessions.requireOwnPage(request);
    const { endsAt, ...agent } = session;
    return { kind: "agent", ...agent, sessionEndsAt: endsAt };
  };

  return async (request, audience) => {
    if (audience === "public") return { kind: "public" };
    if (audience === "agent" && request.get("authorization") === undefined) {
      const caller = await bySession(request);
      if (caller) return caller;
    }
    const token = /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(request.get("authorization") ?? "")?.[1];
    if (token === undefined)
      throw new Problem("unauthenticated", {
        detail: "Send 'Authorization: Bearer …' with a credential for this API.",
      });
    const memory = `${audience}:${hash("sha256", token, "base64")}`;
    const known = remembered.get(memory);
    if (known && known.until > clock.now()) return known.caller;
    try {
      const { caller, expiresAt } = await identify(token, audience);
      if (remembered.size >= REMEMBER_AT_MOST) remembered.delete(remembered.keys().next().value ?? "");
      remembered.set(memory, { caller, until: Math.min(expiresAt, clock.now() + REMEMBER_MS) });
      return caller;
    } catch (error) {
      remembered.delete(memory);
      throw asAuthenticationProblem(error);
    }
  };
}

/** What people call an agent: `name`, else what they sign in with (OpenID Connect Core, section 5.1). */
export function nameOf({ name, preferred_username: username }: Readonly<Record<string, unknown>>): string | undefined {
  return [name, username].find((one): one is string => typeof one === "string" && one.trim() !== "");
}

/** Those of our roles that a claim lists, as a list or as words in one text. */
export function rolesOf(claim: unknown): Role[] {
  const given = Array.isArray(claim) ? claim.map(String) : typeof claim === "string" ? claim.split(/[ ,]+/) : [];
  return ROLES.filter((role) => given.includes(role));
}

function asAuthenticationProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof errors.JWTExpired)
    return new Problem("unauthenticated", { detail: "The token has expired. Get a new one." });
  if (error instanceof errors.JWTClaimValidationFailed)
    return new Problem("unauthenticated", { detail: `The token's '${error.claim}' claim is not right for this API.` });
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout))
    return new Problem("unauthenticated", {
      detail: "The token is not genuine, or not one for this API.",
      cause: error,
    });
  // The identity provider is away: nobody's credential can be judged just now.
  return new Problem("timeout", { detail: "The identity provider did not answer. Try again shortly.", cause: error });
}
