/** The organisation's identity provider as browsers meet it: OpenID Connect, authorization code with PKCE. */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
  type Configuration,
} from "openid-client";
import type { SignInError } from "#contract/session.ts";
import type { PendingSignIn } from "./console-session.ts";

export interface IdentityProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, whose proof is PKCE alone. */
  readonly clientSecret?: string;
  readonly scope: string;
  /** Where browsers come back to: `/auth/callback` of this deployment. */
  readonly redirectUri: string;
  readonly allowInsecureHosts: readonly string[];
}

export interface IdentityProvider {
  /** Where to send the browser, and what must be remembered until it comes back. @throws SignInFailure */
  begin(): Promise<{ readonly url: string; readonly pending: Omit<PendingSignIn, "returnTo"> }>;
  /**
   * The claims of the ID token that the code earned, verified.
   *
   * @param search of the URL to which the browser came back
   * @throws SignInFailure
   */
  finish(search: string, pending: PendingSignIn): Promise<Readonly<Record<string, unknown>>>;
}

/** Why nobody is signed in, for the page that says so. */
export class SignInFailure extends Error {
  override readonly name = "SignInFailure";
  readonly reason: SignInError;
  constructor(reason: SignInError, cause?: unknown) {
    super(`The sign-in ended: ${reason}`, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/** Somebody waits before a white page. */
const TIMEOUT_SECONDS = 10;

/** The discovery document is read at the first sign-in, and again after it could not be read: no start waits for it. */
export function createIdentityProvider(settings: IdentityProviderSettings): IdentityProvider {
  const { clientId, clientSecret, scope, redirectUri, allowInsecureHosts } = settings;
  const issuer = new URL(settings.issuer);
  const insecure = issuer.protocol === "http:" && allowInsecureHosts.includes(issuer.hostname);
  let known: Promise<Configuration> | undefined;
  const configuration = (): Promise<Configuration> =>
    (known ??= discovery(
      issuer,
      clientId,
      undefined,
      clientSecret === undefined ? None() : ClientSecretPost(clientSecret),
      { timeout: TIMEOUT_SECONDS, ...(insecure ? { execute: [allowInsecureRequests] } : {}) },
    ).catch((error: unknown) => {
      known = undefined;
      throw new SignInFailure("unavailable", error);
    }));

  return {
    async begin() {
      const [config, codeVerifier] = [await configuration(), randomPKCECodeVerifier()];
      const pending = { state: randomState(), nonce: randomNonce(), codeVerifier };
      const url = buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, pending };
    },

    async finish(search, { state, nonce, codeVerifier }) {
      const config = await configuration();
      const cameTo = new URL(redirectUri);
      cameTo.search = search;
      try {
        const tokens = await authorizationCodeGrant(config, cameTo, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error("the identity provider gave no ID token");
        return claims;
      } catch (error) {
        throw new SignInFailure(reasonOf(error), error);
      }
    },
  };
}

function reasonOf(error: unknown): SignInError {
  if (error instanceof AuthorizationResponseError) return "refused";
  if (error instanceof ResponseBodyError) return "failed";
  // openid-client wraps what `fetch` throws: the provider was there a moment ago and is not now.
  const cause = error instanceof Error ? error.cause : undefined;
  const isOutage = [error, cause].some(
    (trouble) => trouble instanceof TypeError || (trouble instanceof Error && trouble.name === "TimeoutError"),
  );
  return isOutage ? "unavailable" : "failed";
}
