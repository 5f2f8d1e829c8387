import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import express, { Router, type Response } from "express";

/** In the built page where the nonce belongs, on every script and style element. */
const NONCE_PLACEHOLDER = "__CSP_NONCE__";

/** Pages of the console. Each is the same document; the script decides what it shows. */
const PAGES = [
  "/",
  "/sign-in",
  "/requests",
  "/tickets",
  "/tickets/*rest",
  "/log-requests/*rest",
  "/files/*rest",
  "/new",
  "/people",
  "/people/*rest",
  "/templates",
  "/templates/*rest",
  "/insights",
  "/audit",
  "/settings",
  "/settings/*rest",
  "/help",
];

const NOT_BUILT = `The console is not built. Build it with:

    npm run build:console

Then load this page again. The API is at /v1, described at /docs.
`;

/**
 * The agents' console: hashed files for good, and the page with a nonce of its own each time, under a policy that lets
 * nothing else run. A build that comes while we run is served without a restart.
 *
 * @param folder where `npm run build:console` writes
 */
export function serveConsole(folder: string): Router {
  const router = Router({ caseSensitive: true });
  const files = { index: false, redirect: false, dotfiles: "ignore" as const };
  // A hash in the name: other bytes have another name.
  router.use("/assets", express.static(join(folder, "assets"), { ...files, immutable: true, maxAge: "365d" }));
  router.get(PAGES, async (_request, response) => {
    const page = await readFile(join(folder, "index.html"), "utf8").catch(() => undefined);
    response.setHeader("Cache-Control", "no-store");
    if (page === undefined) {
      response.status(503).type("text/plain").send(NOT_BUILT);
      return;
    }
    const nonce = randomBytes(18).toString("base64url");
    setPolicy(response, nonce);
    response.status(200).type("text/html").send(page.replaceAll(NONCE_PLACEHOLDER, nonce));
  });
  return router;
}

/** Styles that Fluent's Griffel writes as it runs carry the nonce; scripts are our own files. Nothing leaves this origin. */
function setPolicy(response: Response, nonce: string): void {
  const policy = {
    "default-src": "'none'",
    "script-src": `'self' 'nonce-${nonce}'`,
    "style-src": `'self' 'nonce-${nonce}'`,
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
  };
  response.setHeader(
    "Content-Security-Policy",
    Object.entries(policy)
      .map(([name, value]) => `${name} ${value}`)
      .join("; "),
  );
}
