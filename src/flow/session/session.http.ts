import * as routes from "#contract/session.ts";
import { formatTime } from "#contract/primitives.ts";
import { ROLES, type Role } from "#domain/vocabulary.ts";
import { ownPath, type ConsoleSessions } from "#http/console-session.ts";
import { traceIdOf, type HttpKit } from "#http/http-kit.ts";
import { SignInFailure, type IdentityProvider } from "#http/identity-provider.ts";
import type { Clock } from "#ports/clock.ts";
import type { Log } from "#ports/log.ts";
import type { Store } from "#ports/store.ts";

export interface SessionRoutes {
  readonly sessions: ConsoleSessions;
  readonly identityProvider: IdentityProvider;
  /** Which claims of the ID token hold an agent's id and roles: as in bearer tokens. */
  readonly claims: { readonly subject: string; readonly roles: string };
  readonly readRoles: (claim: unknown) => readonly Role[];
  readonly readName: (claims: Readonly<Record<string, unknown>>) => string | undefined;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Pick<Log, "warn">;
  /** What the console shows of this deployment's rules. */
  readonly settings: routes.Me["settings"];
}

/** Signs people in to the console and out again, and tells callers who they are. */
export function serveSession(kit: HttpKit, deps: SessionRoutes): void {
  const { sessions, identityProvider, claims, readRoles, readName, store, clock, log, settings } = deps;

  const signInPage = (failure: unknown, traceId: string, returnTo: string): string => {
    if (!(failure instanceof SignInFailure)) throw failure;
    const { reason } = failure;
    if (reason !== "expired") log.warn({ error: failure.cause, reason, traceId }, "Nobody was signed in");
    return `/sign-in?${new URLSearchParams({ error: reason, traceId, returnTo }).toString()}`;
  };

  kit.serveRaw(routes.signIn, async (request, response) => {
    const returnTo = ownPath(request.query["returnTo"]);
    response.setHeader("Cache-Control", "no-store");
    try {
      const { url, pending } = await identityProvider.begin();
      await sessions.rememberPending(response, { ...pending, returnTo });
      response.redirect(302, url);
    } catch (error) {
      response.redirect(302, signInPage(error, traceIdOf(response), returnTo));
    }
  });

  kit.serveRaw(routes.finishSignIn, async (request, response) => {
    const pending = await sessions.readPending(request);
    const returnTo = pending?.returnTo ?? "/";
    // Once only: whatever became of it, the same answer of the identity provider does not count again.
    sessions.forgetPending(response);
    response.setHeader("Cache-Control", "no-store");
    try {
      if (!pending) throw new SignInFailure("expired");
      const at = request.originalUrl.indexOf("?");
      const given = await identityProvider.finish(at < 0 ? "" : request.originalUrl.slice(at), pending);
      const id = given[claims.subject];
      if (typeof id !== "string" || id === "") throw new SignInFailure("failed", `no claim '${claims.subject}'`);
      const roles = readRoles(given[claims.roles]);
      if (roles.length === 0) throw new SignInFailure("no_role", `no role of ours in claim '${claims.roles}'`);
      const name = readName(given);
      await store.transaction((tx) =>
        tx.append([{ type: "agent.signedIn", at: clock.now(), actor: { kind: "agent", id }, data: { roles } }]),
      );
      await sessions.start(response, { id, roles, ...(name === undefined ? {} : { name }) });
      response.redirect(302, returnTo);
    } catch (error) {
      response.redirect(302, signInPage(error, traceIdOf(response), returnTo));
    }
  });

  kit.serveRaw(routes.signOut, (request, response) => {
    sessions.requireOwnPage(request);
    sessions.end(response);
    response.setHeader("Cache-Control", "no-store");
    response.status(204).end();
  });

  kit.serve(routes.getMe, async ({ caller }) => ({
    status: 200,
    body: {
      id: caller.id,
      ...(caller.name === undefined ? {} : { name: caller.name }),
      roles: ROLES.filter((role) => caller.roles.includes(role)),
      ...(caller.sessionEndsAt === undefined ? {} : { expiresAt: formatTime(caller.sessionEndsAt) }),
      settings,
    },
  }));
}
