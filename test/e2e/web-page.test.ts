import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { removeData } from "#app/embedded/data-folder.ts";
import { createAgent } from "#test/support/agent.ts";
import { callApi, succeeded } from "#test/support/api-calls.ts";
import { launchChromium, openConsole } from "#test/support/console-page.ts";
import { deliverPush } from "#test/support/deliver-push.ts";
import { serveApp } from "#test/support/example-app.ts";
import { freePort } from "#test/support/free-port.ts";
import { type GuideBlock, readGuide } from "#test/support/guide-page.ts";
import { startBeckon } from "#test/support/run-beckon.ts";
import { makeRunFolder } from "#test/support/run-folder.ts";
import { until } from "#test/support/until.ts";
import { unzip } from "#test/support/unzip.ts";

// Somebody follows docs/integrate/web.md to the letter: its commands, its files, its words. Other are only the ports and the
// folders, for a test must not take those of whoever runs it; and the clone, which is this one.

const PAGE = "docs/integrate/web.md";
const ROOT = resolve(".");
const ANY_PORTS = ["--postgres-port", "0", "--blob-port", "0", "--emulator-port", "0"];

const undo: (() => unknown)[] = [];
let blocks: GuideBlock[];
let origin: string;
let myApp: string;
let beckon: { readonly console: string; readonly emulator: string };
let browser: Browser;
let context: BrowserContext;
const troubles: string[] = [];

beforeAll(async () => {
  blocks = await readGuide(PAGE);
  origin = `http://localhost:${await freePort()}`;
  const top = await mkdtemp(join(tmpdir(), "beckon-guide-"));
  undo.push(() => rm(top, { recursive: true, force: true }));
  myApp = join(top, "my-app");
  browser = await launchChromium();
  undo.push(() => browser.close());

  const data = await makeRunFolder();
  undo.push(() => removeData(data));
  const [, words = ""] = /^npm run dev -- (.+)\n$/.exec(here(codeOf("serve", "beckon"))) ?? [];
  const dev = startBeckon([
    "dev",
    ...words.split(" "),
    "--json",
    "--data",
    data,
    "--port",
    String(await freePort()),
    ...ANY_PORTS,
  ]);
  undo.push(async () => {
    dev.child.kill("SIGTERM");
    await dev.ended;
  });
  beckon = JSON.parse(await dev.line(/^\{/)) as typeof beckon;

  await shell(codeOf("run", "app"), ROOT);
  await shell(codeOf("run", "key").replaceAll(".data/dev", data), myApp);
  for (const { kind, name, code } of blocks) if (kind === "file") await write(name, code);
  const [program, ...args] = codeOf("serve", "app").trim().split(" ");
  expect(program).toBe("node");
  const serving = serveApp(args, { folder: myApp, env: { PORT: new URL(origin).port } });
  undo.push(
    await serving.catch((cause: unknown) => {
      throw new Error(`The app did not start. Beckon said:\n${dev.stderr()}`, { cause });
    }),
  );
}, 240_000);

afterEach(async () => {
  await context?.close();
  expect(troubles.splice(0)).toEqual([]);
});
afterAll(async () => {
  for (const step of undo.toReversed()) await step();
});

function codeOf(kind: GuideBlock["kind"], name: string): string {
  const found = blocks.find((block) => block.kind === kind && block.name === name);
  if (!found) throw new Error(`${PAGE} has no ${kind}: ${name}`);
  return found.code;
}

/** What the page says, where the test's ports and folders stand for a reader's. */
function here(text: string): string {
  return text
    .replaceAll("http://localhost:4000", origin)
    .replaceAll("http://127.0.0.1:4280", () => new URL(beckon.console).origin)
    .replaceAll("http://127.0.0.1:8085", () => new URL(beckon.emulator).origin)
    .replaceAll("../beckon", ROOT)
    .replaceAll("../my-app", myApp);
}

async function shell(commands: string, cwd: string): Promise<void> {
  const PATH = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
  const env = { PATH, HOME: process.env["HOME"], npm_config_offline: "true", npm_config_update_notifier: "false" };
  await promisify(execFile)("sh", ["-eu", "-c", here(commands)], { cwd, env });
}

async function write(name: string, code: string): Promise<void> {
  await mkdir(dirname(join(myApp, name)), { recursive: true });
  await writeFile(join(myApp, name), code);
}

/** Puts the page's lines into its file, below the one of app.js, in their order. */
async function addLines(): Promise<void> {
  const file = join(myApp, "public/index.html");
  const before = '    <script type="module" src="/app.js"></script>\n';
  const text = await readFile(file, "utf8");
  expect(text).toContain(before);
  const lines = blocks.filter(({ kind }) => kind === "line").map(({ code }) => code);
  await writeFile(file, text.replace(before, before + lines.join("")));
}

async function openApp(): Promise<Page> {
  context = await browser.newContext({
    locale: "en-GB",
    permissions: ["notifications"],
    acceptDownloads: true,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => void troubles.push(`threw ${error.message}`));
  await page.goto(`${origin}/`);
  return page;
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const phase = (page: Page, kind: string) => page.locator(`dialog [data-phase="${kind}"]`);
const act = (page: Page, name: string) => page.locator(`dialog [data-act="${name}"]`).last();

/** Alex, by the API. */
async function openAgent() {
  const api = new URL(beckon.console).origin;
  const { access_token: token } = await succeeded<{ access_token: string }>(
    callApi(api, "POST", "/dev-issuer/token", {
      raw: new URLSearchParams({ grant_type: "password", username: "alex", audience: "beckon-agents" }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }),
  );
  return createAgent((method, path, call = {}) => callApi(api, method, path, { token, ...call }));
}

test("whoever follows the page has a file on a ticket after step 5", { timeout: 240_000 }, async () => {
  const page = await openApp();
  await page.getByText("Ready: support can ask for this browser's log.").waitFor();

  const desk = await openConsole(browser, new URL(beckon.console).origin);
  undo.push(desk.close);
  await desk.page.getByText("New request", { exact: true }).first().click();
  await desk.page.getByRole("textbox", { name: "Subject of a new ticket" }).fill("Calls drop");
  await desk.page.getByRole("button", { name: "Open ticket" }).click();
  await desk.page.getByRole("combobox", { name: "Find a person" }).click();
  await desk.page.keyboard.type("maria");
  await desk.page.getByRole("option", { name: /Maria Example/ }).click();
  await desk.page.getByRole("textbox", { name: "Reason" }).fill("To see why.");
  await desk.page.getByRole("checkbox", { name: "App log" }).waitFor();
  expect(await desk.page.getByRole("checkbox", { name: "App log" }).isChecked()).toBe(true);
  await desk.page.getByRole("button", { name: "Send request" }).click();
  await desk.page.getByText("Waiting for the user").first().waitFor();

  // What the browser says of a tab that its user returns to.
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.getByText("Support asks for logs.").waitFor();
  await press(page, "Review");
  await act(page, "share").waitFor();
  expect(await page.locator("dialog [data-file]").getAttribute("data-file")).toMatch(/^app-.+\.log$/);
  await act(page, "share").click();
  await phase(page, "shared").waitFor();
  await desk.page.getByText("Ready", { exact: true }).first().waitFor();
  await desk.page.getByRole("button", { name: /^Open app-/ }).click();
  await desk.page.getByText("the app was opened").first().waitFor();
});

test(
  "each step after it adds what it says: push, take-back, report, survey, export",
  { timeout: 240_000 },
  async () => {
    await addLines();
    const agent = await openAgent();
    const page = await openApp();
    await page.getByText("Registered: support can reach this browser.").waitFor();
    for (const name of ["What I shared", "Report an issue", "End the call", "Export logs"])
      await page.getByRole("button", { name }).waitFor();

    // Through the emulator's stream to the worker, as in development; then the same push as the browser's own event.
    const request = await agent.requestLogs({ userId: "maria", collectors: ["app"] });
    await page.getByText("Support asks for logs.").waitFor();
    const notices = () =>
      page.evaluate<string[]>(`navigator.serviceWorker.ready
    .then((worker) => worker.getNotifications())
    .then((all) => all.map(({ title, actions }) => title + ": " + actions.map(({ title }) => title)))`);
    await until(notices, ["Support is asking for app logs: Review"], { withinMs: 20_000, hint: () => "" });
    await page.evaluate(`navigator.serviceWorker.addEventListener("message", ({ data }) => (window.heard = data))`);
    await deliverPush(page, '{"from":"acs"}', "/");
    await page.waitForFunction(`window.heard?.otherPush?.from === "acs"`);
    const push = { notification: { title: "t", data: { type: "beckon.log-request", v: 1, requestId: request.id } } };
    await deliverPush(page, JSON.stringify(push), "/");
    await page.waitForFunction(`window.heard?.beckonPush?.requestId === "${request.id}"`);
    await press(page, "Review");
    await act(page, "share").click();
    await phase(page, "shared").waitFor();
    await act(page, "close").click();

    const hubSync = async () => (await agent.installations("maria"))[0]?.hubSync;
    await until(hubSync, "synced", { withinMs: 20_000, hint: () => "" });
    await press(page, "Test notifications");
    await page.getByText("Notifications work.").waitFor();

    await press(page, "What I shared");
    await page.getByRole("button", { name: "Show" }).first().click();
    await page.locator('dialog [data-act="take-back"]:not([data-file-id])').click();
    await act(page, "confirm").click();
    await phase(page, "takenBack").waitFor();
    await act(page, "close").click();

    await press(page, "Report an issue");
    await page.getByLabel("What happened?").fill("I heard an echo");
    await act(page, "send").click();
    await phase(page, "sent").waitFor();
    await act(page, "close").click();

    await press(page, "End the call");
    await page.locator("dialog [data-star='1']").first().click();
    await page.getByRole("checkbox", { name: "Report an issue" }).check();
    await page.getByLabel("More information").fill("It broke off");
    await page.getByRole("button", { name: "Send rating and report" }).click();
    await phase(page, "sent").waitFor();
    await act(page, "close").click();
    const tickets = await agent.list<{ id: string; subject: string }>("/v1/tickets?userId=maria");
    const rated = tickets.find(({ subject }) => subject === "It broke off");
    expect(await agent.reports(rated?.id ?? "")).toMatchObject([{ answers: { overallScore: 1 } }]);
    expect(tickets.map(({ subject }) => subject)).toContain("I heard an echo");

    const saving = page.waitForEvent("download");
    await press(page, "Export logs");
    const zip = await unzip(await readFile(await (await saving).path()));
    expect([...zip.keys()].filter((name) => name === "manifest.json")).toHaveLength(1);
  },
);

test("the files that the page has from elsewhere are those, and each of its files is loaded", async () => {
  const same = blocks.filter(({ kind }) => kind === "same");
  expect(same).not.toEqual([]);
  for (const { name, code } of same) expect(code).toBe(await readFile(name, "utf8"));
  const lines = blocks.filter(({ kind }) => kind === "line").map(({ code }) => code);
  const scripts = blocks.filter(
    ({ kind, name }) => kind === "file" && /^public\/(?!app|service-worker).+\.js$/.test(name),
  );
  for (const { name } of scripts) expect(lines.join("")).toContain(`src="/${name.slice("public/".length)}"`);
  expect(lines).toHaveLength(scripts.length);
});
