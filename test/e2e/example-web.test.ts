import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { findBarriers, launchChromium, sidewaysScroll } from "#test/support/console-page.ts";
import { deliverPush } from "#test/support/deliver-push.ts";
import { buildExample, installExample, serveApp } from "#test/support/example-app.ts";
import { freePort } from "#test/support/free-port.ts";
import type { AppFolder } from "#test/support/packed-sdk.ts";
import { payloadOf } from "#test/support/two-pages.ts";
import { unzip } from "#test/support/unzip.ts";
import { worldTest, type World } from "#test/support/world.ts";

// The sample app as a customer has it: built against the packed SDK, served by its own back end, under its own policy.
// `BECKON_SHOTS=folder` keeps pictures.

const ORIGIN = `http://localhost:${await freePort()}`;
const APP_URL = `${ORIGIN}/`;
const USER = "maria";
const SHOTS = process.env["BECKON_SHOTS"];

const test = worldTest({
  settings: { API_CORS_ORIGINS: ORIGIN, BLOB_CORS_ORIGINS: "*", CONTROLLER_NAME: "Acme" },
});

let app: AppFolder;
let browser: Browser;
let context: BrowserContext;
let stopServer: (() => Promise<void>) | undefined;
const troubles: string[] = [];

beforeAll(async () => {
  [app, browser] = await Promise.all([installExample(), launchChromium()]);
  await buildExample(app);
}, 180_000);
afterEach(async () => {
  await context?.close();
  expect(troubles.splice(0)).toEqual([]);
});
afterAll(async () => {
  await stopServer?.();
  await browser.close();
  await app.remove();
});

async function openApp(world: World, { hasStream = true, width = 1024 } = {}): Promise<Page> {
  stopServer ??= await serveApp(["server.ts"], {
    folder: app.folder,
    env: {
      BECKON_URL: world.apiUrl,
      BECKON_API_KEY: await world.createKey(),
      BLOB_ORIGIN: new URL(world.settings.BLOB_PUBLIC_URL ?? "").origin,
      PUSH_STAND_IN: `${world.hub.url}/$emulator/push`,
      PORT: new URL(ORIGIN).port,
    },
  });
  context = await browser.newContext({
    viewport: { width, height: 800 },
    permissions: ["notifications"],
    reducedMotion: "reduce",
    locale: "en-GB",
    acceptDownloads: true,
  });
  context.setDefaultTimeout(30_000);
  await context.exposeBinding("noteTrouble", (_source, text: string) => void troubles.push(text));
  await context.addInitScript({
    content: `document.addEventListener("securitypolicyviolation", (event) =>
      noteTrouble("policy " + event.violatedDirective + ": " + event.blockedURI + " " + event.sample));`,
  });
  if (!hasStream) await context.route(/\/\$emulator\/push\//, (route) => route.abort());
  const page = await context.newPage();
  page.on("pageerror", (error) => void troubles.push(`threw ${error.message}`));
  await page.goto(APP_URL);
  await page.getByText("Support can reach this browser.").waitFor();
  await world.until(
    async () => (await world.agent.installations(USER)).every(({ hubSync }) => hubSync === "synced"),
    true,
  );
  return page;
}

/** axe finds nothing on it, and nothing is wider than the page. */
async function looksRight(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) {
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: join(SHOTS, `example-${name}.png`) });
  }
  expect(await findBarriers(page), name).toEqual([]);
  expect(await sidewaysScroll(page), name).toBe(0);
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const act = (page: Page, name: string) => page.locator(`dialog [data-act="${name}"]`).last();
const phase = (page: Page, kind: string) => page.locator(`dialog [data-phase="${kind}"]`);

/** A call that ends as it should, so that there is a log of one. The survey is left alone. */
async function callAndHangUp(page: Page): Promise<void> {
  await press(page, "Call Robin");
  await press(page, "Hang up");
  await page.locator("dialog [data-star='5']").first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
}

test("a user of the app is pushed, looks, shares, finds it again and takes it back", async ({ world }) => {
  const page = await openApp(world, { hasStream: false });
  await looksRight(page, "start");
  await callAndHangUp(page);
  const request = await world.agent.requestLogs({ userId: USER, collectors: ["app", "acs-calling"] });
  // The stream is cut: the service worker's push event is the only road.
  await deliverPush(page, await payloadOf(world, USER, request.id, "beckon.log-request"), "/");
  await page.getByText("Support asks for logs.").waitFor();
  const shown = await page.evaluate(`navigator.serviceWorker.ready
    .then((worker) => worker.getNotifications())
    .then((all) => all.map(({ title, data }) => ({ title, data })))`);
  expect(shown).toMatchObject([{ title: "Support is asking for app logs", data: { requestId: request.id } }]);
  await looksRight(page, "notice");

  await press(page, "Review");
  await act(page, "share").waitFor();
  await looksRight(page, "question");
  await act(page, "share").click();
  await world.until(() => world.stateOf(request), "linked");
  await phase(page, "shared").waitFor();
  await act(page, "close").click();
  expect(await page.locator("#prompts").isHidden()).toBe(true);
  const { files } = await world.agent.request(request.id);
  expect([...new Set(files.map(({ collector }) => collector))].toSorted()).toEqual(["acs-calling", "app"]);
  const [appLog] = files.filter(({ collector }) => collector === "app");
  const { url } = await world.agent.createDownloadUrl(appLog?.id ?? "");
  expect(await (await fetch(url)).text()).toContain("the app was opened");

  await press(page, "What I shared");
  await page.locator("dialog.list").waitFor();
  await looksRight(page, "shared");
  await press(page, "Show");
  await phase(page, "shared").waitFor();
  await page.locator('dialog [data-act="take-back"]:not([data-file-id])').click();
  await act(page, "confirm").click();
  await phase(page, "takenBack").waitFor();
  expect(await world.stateOf(request)).toBe("withdrawn");
});

test("whoever misses notifications tests them, and reads which link of the chain is broken", async ({ world }) => {
  const page = await openApp(world);
  await press(page, "Test notifications");
  await page.getByText("Notifications work.").waitFor();
  await context.clearPermissions();
  await press(page, "Test notifications");
  await page.getByText("Notifications do not work: permission.").waitFor();
});

test("without a push service the emulator's stream brings it, and a prompt that is over comes down", async ({
  world,
}) => {
  const page = await openApp(world, { width: 320 });
  const request = await world.agent.requestLogs({ userId: USER });
  await page.getByText("Support asks for logs.").waitFor();
  await looksRight(page, "narrow");
  await world.agent.cancel(request.id);
  await page.locator("#prompts").waitFor({ state: "hidden" });
});

test("a call that failed keeps its logs; the survey after it proposes a report, which has its ids", async ({
  world,
}) => {
  const page = await openApp(world);
  await press(page, "Call Robin");
  await page.getByText("Call with Robin: Connected.").waitFor();
  await press(page, "Let it fail");
  await page.locator("dialog [data-star='1']").first().click();
  await page.locator("dialog [data-proposal]").waitFor();
  await page.getByRole("checkbox", { name: "Report an issue" }).check();
  await page.getByLabel("More information").fill("It ended by itself.");
  await page.locator("dialog [data-file]").first().waitFor();
  await looksRight(page, "survey");
  await page.getByRole("button", { name: "Send rating and report" }).click();
  await phase(page, "sent").waitFor();
  const [ticket] = await world.agent.list<{ id: string }>(`/v1/tickets?userId=${USER}`);
  const [report] = await world.agent.reports(ticket?.id ?? "");
  expect(report).toMatchObject({ text: "It ended by itself.", answers: { overallScore: 1 } });
  expect(report?.surveyId).toMatch(/^[0-9a-f-]{36}$/);
  expect(report?.callIds).toHaveLength(1);
  await world.until(async () => {
    const { files } = await world.agent.ticket(ticket?.id ?? "");
    return files.some(({ state, collector }) => state === "linked" && collector === "acs-calling");
  }, true);
});

test("an issue is reported with its call, and all logs can be exported without a server", async ({ world }) => {
  const page = await openApp(world);
  await callAndHangUp(page);
  await press(page, "Report an issue");
  await page.getByLabel("What happened?").fill("I heard an echo");
  await page.getByRole("radio", { name: /Robin/ }).first().check();
  await looksRight(page, "report");
  await act(page, "send").click();
  await phase(page, "sent").waitFor();
  await act(page, "close").click();
  const tickets = await world.agent.list<{ subject: string; callIds: string[] }>(`/v1/tickets?userId=${USER}`);
  expect(tickets.find(({ subject }) => subject === "I heard an echo")?.callIds).toHaveLength(1);

  const saving = page.waitForEvent("download");
  await press(page, "Export logs");
  const saved = await saving;
  const entries = await unzip(await readFile(await saved.path()));
  expect([...entries.keys()].some((name) => name === "manifest.json")).toBe(true);
  await page.getByText(`${saved.suggestedFilename()} is made.`).waitFor();
});

test("the app compiles against the package's own declarations, page and service worker", async () => {
  const tsc = resolve("node_modules/.bin/tsc");
  for (const project of ["tsconfig.json", "tsconfig.worker.json"]) {
    const said = await promisify(execFile)(tsc, ["-p", project], { cwd: app.folder }).catch(
      (error: { stdout: string }) => error,
    );
    expect(said.stdout, project).toBe("");
  }
});

test("a Node program with the package answers an agent's request", async ({ world }) => {
  const request = await world.agent.requestLogs({ userId: "node-app" });
  const program = `import { createBeckon } from "beckon-sdk";
    import { nodeFileCollector, nodeFolderStorage } from "beckon-sdk/node-support";
    import { createHash } from "node:crypto";
    const beckon = createBeckon({
      baseUrl: process.env.BECKON_URL, getToken: () => process.env.TOKEN, installationId: crypto.randomUUID(),
      storage: nodeFolderStorage("remembered"), createHasher: () => createHash("sha256"),
      collectors: [nodeFileCollector({ name: "app", label: "App log", folder: ".", pattern: /^app\\.log$/ })],
      async onPrompt({ id }) {
        const { files } = await beckon.review(id);
        const { state } = await beckon.share(id);
        console.log(files.map(({ name }) => name).join(), state);
      },
    });
    await beckon.sync();`;
  await writeFile(join(app.folder, "app.log"), "a line\n");
  await writeFile(join(app.folder, "node-app.mjs"), program);
  const { stdout } = await promisify(execFile)(process.execPath, ["node-app.mjs"], {
    cwd: app.folder,
    env: { BECKON_URL: world.apiUrl, TOKEN: await world.tokenOf("beckon-devices", "node-app") },
  });
  expect(stdout.trim()).toBe("app.log uploaded");
  await world.until(() => world.stateOf(request), "linked");
});
