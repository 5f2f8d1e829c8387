/**
 * The development issuer: an OIDC provider for demo people, so that a first run needs no identity provider. It gives a token to
 * anybody who asks, and config refuses it in production.
 */
import { createECDH, createHash, hkdfSync, randomBytes } from "node:crypto";
import express, { Router, type Request, type Response } from "express";
import { importJWK, jwtVerify, SignJWT, type JSONWebKeySet, type JWK } from "jose";
import type { Role } from "#domain/vocabulary.ts";
import { frameAncestors } from "#http/page-policy.ts";

/** People of the demo. Users need no row here: any id may sign in on a device. */
export const DEMO_AGENTS: Readonly<Record<string, { readonly name: string; readonly roles: readonly Role[] }>> = {
  alex: { name: "Alex Agent", roles: ["agent"] },
  lena: { name: "Lena Lead", roles: ["lead"] },
  otto: { name: "Otto Auditor", roles: ["auditor"] },
  ada: { name: "Ada Admin", roles: ["admin"] },
};

export interface DevIssuer {
  readonly issuer: string;
  readonly jwks: JSONWebKeySet;
  readonly router: Router;
  /** A token as the token endpoint gives it. @param audience which API it is for @param subject a demo agent, or any user id */
  createToken(audience: string, subject: string): Promise<string>;
}

const TOKEN_SECONDS = 60 * 60;
const CODE_SECONDS = 60;
const PATH = "/dev-issuer";

/**
 * @param publicUrl where the API is reached, such as `http://127.0.0.1:4280`
 * @param deploymentKey the signing key is derived from it, so that all processes of a deployment agree
 * @param options.isFramed whether `/demo`, a page of this origin, may show the choice of people in a frame
 */
export async function createDevIssuer(
  publicUrl: string,
  deploymentKey: string,
  { isFramed = false } = {},
): Promise<DevIssuer> {
  const { privateJwk, publicJwk } = deriveKey(deploymentKey);
  const key = await importJWK(privateJwk, "ES256");
  const verifyKey = await importJWK(publicJwk, "ES256");
  const issuer = publicUrl + PATH;
  const kid = String(publicJwk.kid);

  const sign = (claims: Record<string, unknown>, audience: string, subject: string, seconds: number) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(key);

  const createToken = (audience: string, subject: string) => {
    const agent = DEMO_AGENTS[subject];
    return sign(agent ? { name: agent.name, roles: agent.roles } : {}, audience, subject, TOKEN_SECONDS);
  };

  const router = Router();
  router.get(`${PATH}/.well-known/openid-configuration`, (_request, response) => {
    response.json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "password"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
      code_challenge_methods_supported: ["S256"],
    });
  });
  router.get(`${PATH}/jwks`, (_request, response) => void response.json({ keys: [publicJwk] }));

  router.get(`${PATH}/authorize`, async (request, response) => {
    const {
      redirect_uri: redirectUri,
      code_challenge: challenge,
      client_id: clientId,
      state,
      nonce,
      person,
    } = request.query as Record<string, string>;
    if (!redirectUri || !isLoopback(redirectUri) || !challenge || !clientId) {
      response
        .status(400)
        .type("text/plain")
        .send("Send client_id, code_challenge (S256) and a redirect_uri on this machine.\n");
      return;
    }
    if (!person || !Object.hasOwn(DEMO_AGENTS, person)) {
      sendChoosePage(request, response, isFramed);
      return;
    }
    const code = await sign(
      { challenge, redirectUri, ...(nonce ? { nonce } : {}) },
      `code:${clientId}`,
      person,
      CODE_SECONDS,
    );
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    if (state) back.searchParams.set("state", state);
    response.redirect(302, back.href);
  });

  router.post(`${PATH}/token`, express.urlencoded({ extended: false, limit: "32kb" }), async (request, response) => {
    const given = (request.body ?? {}) as Record<string, string>;
    const audience = given["audience"] ?? "beckon-agents";
    if (given["grant_type"] === "password" && given["username"]) {
      answerTokens(response, await createToken(audience, given["username"]));
      return;
    }
    if (given["grant_type"] !== "authorization_code") {
      response.status(400).json({
        error: "unsupported_grant_type",
        error_description: "Use authorization_code with PKCE, or password with a username and no password.",
      });
      return;
    }
    try {
      const clientId = String(given["client_id"]);
      const { payload } = await jwtVerify(String(given["code"]), verifyKey, { issuer, audience: `code:${clientId}` });
      const challenge = createHash("sha256").update(String(given["code_verifier"])).digest("base64url");
      if (payload["challenge"] !== challenge || payload["redirectUri"] !== given["redirect_uri"])
        throw new Error("the verifier or the redirect_uri differs");
      const person = String(payload.sub);
      const idClaims = {
        name: DEMO_AGENTS[person]?.name,
        roles: DEMO_AGENTS[person]?.roles,
        ...(payload["nonce"] === undefined ? {} : { nonce: payload["nonce"] }),
      };
      const idToken = await sign(idClaims, clientId, person, TOKEN_SECONDS);
      answerTokens(response, await createToken(audience, person), idToken);
    } catch (error) {
      response.status(400).json({
        error: "invalid_grant",
        error_description: error instanceof Error ? error.message : "The code is not valid.",
      });
    }
  });

  return { issuer, jwks: { keys: [publicJwk] }, router, createToken };
}

function answerTokens(response: Response, accessToken: string, idToken?: string): void {
  response.set("Cache-Control", "no-store").json({
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: TOKEN_SECONDS,
    ...(idToken === undefined ? {} : { id_token: idToken }),
  });
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}

const CHOOSE_STYLE = `
  :root { color-scheme: light dark; font: 1rem/1.5 "Segoe UI", system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f5f5f5, #141414); }
  main { box-sizing: border-box; width: min(26rem, 100%); padding: 2rem; background: light-dark(#fff, #292929);
    color: light-dark(#242424, #fff); border-radius: .5rem; box-shadow: 0 .25rem 1rem rgb(0 0 0 / .14); }
  h1 { margin: 0 0 .25rem; font-size: 1.5rem; }
  p { margin: 0 0 1.25rem; color: light-dark(#424242, #d6d6d6); }
  ul { margin: 0; padding: 0; list-style: none; display: grid; gap: .5rem; }
  a { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem; padding: .75rem 1rem; border-radius: .25rem;
    border: 1px solid light-dark(#d1d1d1, #666); color: inherit; text-decoration: none; }
  a:hover { background: light-dark(#f0f0f0, #3d3d3d); }
  a:focus-visible { outline: 2px solid light-dark(#0f6cbd, #479ef5); outline-offset: 2px; }
  small { color: light-dark(#616161, #adadad); }`;

/** Names are constants of this file and the query is only carried on, encoded: nothing of the caller's stands in the page. */
function sendChoosePage(request: Request, response: Response, isFramed: boolean): void {
  const query = new URLSearchParams(request.query as Record<string, string>);
  const links = Object.entries(DEMO_AGENTS).map(([person, { name, roles }]) => {
    query.set("person", person);
    const href = `?${query.toString()}`.replaceAll("&", "&amp;");
    return `<li><a href="${href}"><span>${name}</span> <small>${roles.join(", ")}</small></a></li>`;
  });
  const nonce = randomBytes(18).toString("base64url");
  response.setHeader(
    "Content-Security-Policy",
    `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors ${frameAncestors(isFramed)}; base-uri 'none'; form-action 'none'`,
  );
  response.type("text/html").send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Development sign-in</title>
<style nonce="${nonce}">${CHOOSE_STYLE}</style>
</head>
<body>
<main>
<h1>Who are you today?</h1>
<p>Development sign-in: no password, and not for production.</p>
<ul>${links.join("")}</ul>
</main>
</body>
</html>
`);
}

/** A P-256 key from the deployment's secret: the private scalar is 32 derived bytes, of which all but one in 2^32 are valid. */
function deriveKey(deploymentKey: string): { privateJwk: JWK; publicJwk: JWK } {
  const secret = Buffer.from(hkdfSync("sha256", deploymentKey, "", "beckon development issuer", 32));
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(secret);
  const point = curve.getPublicKey();
  const publicPart = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33, 65).toString("base64url"),
  };
  const kid = createHash("sha256").update(JSON.stringify(publicPart)).digest("base64url").slice(0, 16);
  return {
    publicJwk: { ...publicPart, kid, alg: "ES256", use: "sig" },
    privateJwk: { ...publicPart, kid, alg: "ES256", d: secret.toString("base64url") },
  };
}
