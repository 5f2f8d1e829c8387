import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import express, { Router, type Response } from "express";
import { joinDirectives, NONCE_PLACEHOLDER, setPagePolicy } from "./page-policy.ts";

/** In the built pages, inside a script element of type application/json. */
const SETTINGS_PLACEHOLDER = "__PHONE_SETTINGS__";

/** The servers that a simulated phone talks to beside the API. */
export interface PhoneServers {
  /** Origin of the Notification Hubs emulator. */
  readonly emulatorUrl: string;
  /** Origin that upload links name. */
  readonly blobUrl: string;
}

const PAGES = { "/phone": "page.html", "/demo": "stage.html" } as const;

const NOT_BUILT = `The phone is not built. Build it with:

    npm run build:phone

Then load this page again.
`;

/**
 * The simulated phone at `/phone` and the page `/demo`, which shows console and phone side by side: for development only. A
 * build that comes while we run is served without a restart.
 *
 * @param folder where `npm run build:phone` writes
 */
export function servePhone(folder: string, servers: PhoneServers): Router {
  const router = Router({ caseSensitive: true });
  const connect = [servers.emulatorUrl, servers.blobUrl];
  const files = { index: false, redirect: false, dotfiles: "ignore" as const };
  // A hash in the name: other bytes have another name.
  router.use("/phone/assets", express.static(join(folder, "assets"), { ...files, immutable: true, maxAge: "365d" }));

  router.get("/phone/service-worker.js", async (_request, response) => {
    const script = await readFile(join(folder, "service-worker.js"), "utf8").catch(() => undefined);
    if (script === undefined) return sendNotBuilt(response);
    // A worker has the policy of its own script, not that of the page that registered it.
    response.setHeader(
      "Content-Security-Policy",
      joinDirectives({
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": ["'self'", ...connect].join(" "),
      }),
    );
    // Its folder would end in a slash, and the page has none.
    response.setHeader("Service-Worker-Allowed", "/phone");
    response.setHeader("Cache-Control", "no-cache");
    response.status(200).type("text/javascript").send(script);
  });

  for (const [path, file] of Object.entries(PAGES)) {
    router.get(path, async (_request, response) => {
      const page = await readFile(join(folder, file), "utf8").catch(() => undefined);
      if (page === undefined) return sendNotBuilt(response);
      const nonce = randomBytes(18).toString("base64url");
      setPagePolicy(response, nonce, { connect, hasFrames: path === "/demo", isFramed: path === "/phone" });
      response.setHeader("Cache-Control", "no-store");
      const html = page.replaceAll(NONCE_PLACEHOLDER, nonce).replace(SETTINGS_PLACEHOLDER, () => settingsOf(servers));
      response.status(200).type("text/html").send(html);
    });
  }
  return router;
}

function sendNotBuilt(response: Response): void {
  response.setHeader("Cache-Control", "no-store");
  response.status(503).type("text/plain").send(NOT_BUILT);
}

/** As JSON that cannot end the script element it stands in. */
function settingsOf({ emulatorUrl }: PhoneServers): string {
  return JSON.stringify({ emulatorUrl, inboxUrl: `${emulatorUrl}/$emulator/inbox` }).replaceAll("<", "\\u003c");
}
