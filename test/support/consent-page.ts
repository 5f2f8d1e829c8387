import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { CONSENT_TEXTS } from "#messages/consent-texts.ts";
import { buildSdk } from "#test/contract/sdk/build-sdk.ts";
import { sha256, startWireServer, type WireServer } from "#test/unit/sdk/wire-server.ts";

/** What the pages load of the built SDK. */
const BUILT = ["create-beckon.js", "consent-screen.js", "report-issue.js", "report-screens.js"];
const FIXTURE = resolve("test/fixtures/consent-page");

/** A file that the app's collectors find: `text`, or `bytes`, or `sizeBytes` of zeros. */
export interface AppFile {
  readonly collector: string;
  readonly label: string;
  readonly name: string;
  readonly text?: string;
  readonly bytes?: readonly number[];
  readonly sizeBytes?: number;
  readonly modifiedAt?: string;
  readonly coversFrom?: string;
  readonly coversTo?: string;
  /** Can be read once the page's `release` was called. */
  readonly isHeld?: boolean;
}

interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark" | "forced";
  /** Another page of the app than the one with the consent screen. */
  readonly path?: string;
}

/** An app's page with the built SDK and consent screen, under a policy that lets nothing inline pass. */
export interface ConsentPage {
  readonly page: Page;
  /** What the content security policy refused, and what the page threw. Empty, if all is well. */
  readonly troubles: readonly string[];
  /** Calls one of the functions of test/fixtures/consent-page/app.js. */
  app<Result = void>(name: string, ...args: readonly unknown[]): Promise<Result>;
  close(): Promise<void>;
}

export interface ConsentApp {
  readonly server: WireServer;
  open(browser: Browser, look?: Look): Promise<ConsentPage>;
  close(): Promise<void>;
}

/** Builds the SDK and serves an app with it, of another origin than the API's. */
export async function startConsentApp(): Promise<ConsentApp> {
  const sdk = await buildSdk();
  const server = await startWireServer();
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src ${server.baseUrl}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const types: Record<string, string> = { js: "text/javascript", css: "text/css", html: "text/html" };
  const pages = createServer((request, response) => {
    const name = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
    const folder = BUILT.includes(name) ? sdk.folder : FIXTURE;
    readFile(join(folder, name)).then(
      (bytes) =>
        response
          .writeHead(200, {
            "Content-Type": types[name.split(".").at(-1) ?? ""] ?? "text/plain",
            "Content-Security-Policy": policy,
          })
          .end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => pages.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;

  return {
    server,
    async open(browser, { width = 360, height = 740, theme = "light", path = "" } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        reducedMotion: "reduce",
        locale: "en-GB",
        timezoneId: "Europe/Berlin",
        colorScheme: theme === "dark" ? "dark" : "light",
        forcedColors: theme === "forced" ? "active" : "none",
      });
      context.setDefaultTimeout(30_000);
      const troubles: string[] = [];
      await context.exposeBinding("noteTrouble", (_source, text: string) => void troubles.push(text));
      await context.addInitScript({
        content: `document.addEventListener("securitypolicyviolation", (event) =>
          noteTrouble("policy " + event.violatedDirective + ": " + event.blockedURI + " " + event.sample));`,
      });
      const page = await context.newPage();
      page.on("pageerror", (error) => void troubles.push(`threw ${error.message}`));
      await page.goto(url + path);
      await page.waitForFunction("globalThis.app !== undefined");
      return {
        page,
        troubles,
        app: <Result>(name: string, ...args: readonly unknown[]) =>
          page.evaluate<Result>(`app[${JSON.stringify(name)}](...${JSON.stringify(args)})`),
        close: () => context.close(),
      };
    },
    async close() {
      pages.closeAllConnections();
      await new Promise((done) => pages.close(done));
      await server.close();
      await sdk.remove();
    },
  };
}

/** The registered text of a language, as a request carries it. */
export function registeredText(locale: "en" | "de") {
  const { version, text } = CONSENT_TEXTS.find((one) => one.locale === locale) ?? CONSENT_TEXTS[0];
  return { version, locale, text, sha256: sha256(text) };
}

/** What the server puts into the text's placeholders. */
export const CONSENT_VALUES = {
  controller: "Acme",
  contact: "privacy@acme.example",
  privacyNotice: "https://acme.example/privacy",
  ticketNumber: "4711",
  reason: "To see why your call with Robin dropped this morning, shortly after it began.",
  collectors: "App log, Calling log",
  window: "22 Nov 2026, 08:00 – 09:30",
  uploadBy: "23 Nov 2026, 11:00",
  retentionDays: "30",
};
