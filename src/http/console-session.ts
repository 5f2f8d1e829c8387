/** The console's cookies: who signed in, sealed, and what a sign-in under way must remember. Nothing is kept on our side. */
import { hkdfSync } from "node:crypto";
import type { Request, Response } from "express";
import { sealData, unsealData } from "iron-session";
import { CONSOLE_HEADER } from "#contract/session.ts";
import { Problem } from "#domain/problems.ts";
import { ROLES, type Moment, type Role } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";

/** A working day; who is still there signs in again, mostly without noticing. Roles that were taken away end with it. */
export const SESSION_SECONDS = 8 * 60 * 60;
/** Long enough to find the second factor. */
const SIGN_IN_SECONDS = 10 * 60;
const SIGN_IN_PATH = "/auth";

/** Who signed in. Nothing else is in the cookie: no token of the identity provider, no contact. */
export interface ConsoleSession {
  readonly id: string;
  readonly name?: string;
  readonly roles: readonly Role[];
  readonly endsAt: Moment;
}

/** What `/auth/callback` must know of the sign-in that `/auth/sign-in` began (RFC 7636, OpenID Connect Core 3.1.2.1). */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnTo: string;
}

export interface ConsoleSessions {
  /** Who signed in; undefined without a cookie, with one that is over, and with one that is not ours. */
  read(request: Request): Promise<ConsoleSession | undefined>;
  start(response: Response, agent: Omit<ConsoleSession, "endsAt">): Promise<ConsoleSession>;
  end(response: Response): void;
  readPending(request: Request): Promise<PendingSignIn | undefined>;
  rememberPending(response: Response, pending: PendingSignIn): Promise<void>;
  forgetPending(response: Response): void;
  /**
   * Refuses a write that another site may have caused: it needs a header that such a page cannot set, and the browser's own
   * word that the page is ours.
   *
   * @throws forbidden
   */
  requireOwnPage(request: Request): void;
}

export interface ConsoleSessionOptions {
  /** The deployment's secret; a key of its own is derived from it for this use. */
  readonly deploymentKey: string;
  /** Of the pages, such as `https://beckon.example`. */
  readonly origin: string;
  /** Hosts that plain http may go to: there the cookie is not `Secure`, or browsers would not keep it. */
  readonly allowInsecureHosts: readonly string[];
  readonly clock: Clock;
}

export function createConsoleSessions(options: ConsoleSessionOptions): ConsoleSessions {
  const { deploymentKey, clock } = options;
  const { origin, protocol, hostname, port } = new URL(options.origin);
  const secure = protocol === "https:" || !options.allowInsecureHosts.includes(hostname);
  // Cookies do not tell ports apart: two deployments on one machine would sign each other's people out.
  const suffix = secure ? "" : `-${port || "80"}`;
  const names = { session: `${secure ? "__Host-" : ""}beckon-session${suffix}`, pending: `beckon-sign-in${suffix}` };
  const keyFor = (use: string) =>
    Buffer.from(hkdfSync("sha256", deploymentKey, "", `beckon console ${use}`, 32)).toString("hex");
  const keys = { session: keyFor("session"), pending: keyFor("sign-in") };

  return {
    async read(request) {
      const sealed = cookieOf(request, names.session);
      if (sealed === undefined) return undefined;
      const given = await unseal<ConsoleSession>(sealed, keys.session, SESSION_SECONDS);
      if (typeof given?.id !== "string" || !Array.isArray(given.roles) || !(given.endsAt > clock.now()))
        return undefined;
      return { ...given, roles: ROLES.filter((role) => given.roles.includes(role)) };
    },

    async start(response, agent) {
      const session = { ...agent, endsAt: clock.now() + SESSION_SECONDS * 1000 };
      const sealed = await sealData(session, { password: keys.session, ttl: SESSION_SECONDS });
      // Strict: the pages need no cookie to load, and their own calls come from their own site whatever link led to them.
      response.cookie(names.session, sealed, {
        httpOnly: true,
        secure,
        sameSite: "strict",
        path: "/",
        maxAge: SESSION_SECONDS * 1000,
      });
      return session;
    },

    end: (response) =>
      void response.clearCookie(names.session, { httpOnly: true, secure, sameSite: "strict", path: "/" }),

    async readPending(request) {
      const sealed = cookieOf(request, names.pending);
      if (sealed === undefined) return undefined;
      const given = await unseal<PendingSignIn>(sealed, keys.pending, SIGN_IN_SECONDS);
      return typeof given?.state === "string" ? (given as PendingSignIn) : undefined;
    },

    async rememberPending(response, pending) {
      const sealed = await sealData(pending, { password: keys.pending, ttl: SIGN_IN_SECONDS });
      // Lax: the identity provider's redirect comes from another site and must bring it along.
      response.cookie(names.pending, sealed, {
        httpOnly: true,
        secure,
        sameSite: "lax",
        path: SIGN_IN_PATH,
        maxAge: SIGN_IN_SECONDS * 1000,
      });
    },

    forgetPending: (response) =>
      void response.clearCookie(names.pending, { httpOnly: true, secure, sameSite: "lax", path: SIGN_IN_PATH }),

    requireOwnPage(request) {
      const site = request.get("sec-fetch-site");
      const isOurs = site === undefined ? request.get("origin") === origin : site === "same-origin";
      if (request.get(CONSOLE_HEADER.name) === CONSOLE_HEADER.value && isOurs) return;
      throw new Problem("forbidden", {
        detail: `With the console's cookie only the console's own pages may write: send '${CONSOLE_HEADER.name}: ${CONSOLE_HEADER.value}' from ${origin}.`,
      });
    },
  };
}

/** A path of the console; what is no path of this origin, or leads into the API, becomes the first page. */
export function ownPath(returnTo: unknown): string {
  if (typeof returnTo !== "string" || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(returnTo)) return "/";
  const base = "http://beckon.invalid";
  if (!URL.canParse(returnTo, base)) return "/";
  const { origin, pathname, search, hash } = new URL(returnTo, base);
  return origin === base && !/^\/(\/|auth\/|v1\/|dev-issuer\/|sign-in(\/|$))/.test(pathname)
    ? pathname + search + hash
    : "/";
}

/** A seal that is over, altered or of another key gives an empty object: the same as none. */
async function unseal<Data>(
  sealed: string,
  password: string,
  ttl: number,
): Promise<(Partial<Data> & Data) | undefined> {
  try {
    return await unsealData<Data>(sealed, { password, ttl });
  } catch {
    return undefined;
  }
}

function cookieOf(request: Request, name: string): string | undefined {
  for (const pair of (request.get("cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return decode(pair.slice(at + 1).trim());
  }
  return undefined;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
