import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import express, { Router } from "express";
import { NONCE_PLACEHOLDER, setPagePolicy } from "./page-policy.ts";

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
 * @param options.isFramed whether `/demo`, a page of this origin, may show it in a frame
 */
export function serveConsole(folder: string, { isFramed = false } = {}): Router {
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
    // Styles that Fluent's Griffel writes as it runs carry the nonce.
    setPagePolicy(response, nonce, { isFramed });
    response.status(200).type("text/html").send(page.replaceAll(NONCE_PLACEHOLDER, nonce));
  });
  return router;
}
