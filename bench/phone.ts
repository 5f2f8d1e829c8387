/**
 * The simulated phone as a slow one would be, in a real Chromium whose processor is throttled six times: it freezes, hashes and
 * sends 50 MB. Every task of the page's main thread is timed, by the clock (`longtask`) and by its CPU time, as a busy machine
 * lengthens only the first. The bound that the product promises: no task of ours over 50 ms.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startEmulator } from "#emulator/start-emulator.ts";
import { createAgent } from "#test/support/agent.ts";
import { callApi, succeeded } from "#test/support/api-calls.ts";
import { launchChromium } from "#test/support/console-page.ts";
import { openPhone, openPhoneBrowser } from "#test/support/phone-page.ts";
import { tasksOf } from "./support/cpu-of-tasks.ts";
import { startChild } from "./support/start-child.ts";
import { quantile } from "./support/statistics.ts";

const LOG_MEGABYTES = 50;
const THROTTLE = 6;
const BOUND_MS = 50;
const PATIENCE_MS = 300_000;

/** @param log told how far it is. Needs `npm run build:phone` before */
export async function benchPhone(log: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "beckon-bench-"));
  const postgres = await startPostgres({ dataDir: join(folder, "postgres") });
  const azurite = await startAzurite({ dataDir: join(folder, "azurite") });
  const emulator = await startEmulator({ hubs: ["beckon"] });
  const env = {
    NODE_ENV: "development",
    LOG_LEVEL: "warn",
    DATABASE_URL: postgres.url,
    BLOB_ENDPOINT: azurite.url,
    BLOB_ACCOUNT_KEY: azurite.accountKey,
    BLOB_CORS_ORIGINS: "*",
    HUB_CONNECTION_STRING: emulator.connectionString,
    APP_NAVIGATE_URL: "http://127.0.0.1/phone",
    DEV_ISSUER: "true",
    DEPLOYMENT_KEY: randomUUID() + randomUUID(),
    RATE_LIMIT_ADDRESS: "1000000",
  };
  await (await startChild(["src/app/main.ts", "migrate"], env)).stop();
  const api = await startChild(["src/app/main.ts", "api"], env);
  const worker = await startChild(["src/app/main.ts", "worker"], { ...env, PUBLIC_URL: api.firstLine });
  const browser = await launchChromium();
  try {
    await measure(browser, api.firstLine, log);
  } finally {
    await browser.close();
    await Promise.all([api.stop(), worker.stop()]);
    await Promise.all([emulator.close(), azurite.stop()]);
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(browser: Browser, apiUrl: string, log: (line: string) => void): Promise<void> {
  const context = await openPhoneBrowser(browser);
  context.setDefaultTimeout(PATIENCE_MS);
  const phone = await openPhone(context, apiUrl, `user=ann&logsMb=${LOG_MEGABYTES}`);
  const { page } = phone;
  await phone.started();
  await page.locator(".happened").getByText("A log of").waitFor();
  const happened = await followHappenings(context, apiUrl);
  const devTools = await context.newCDPSession(page);
  // What making the log left behind is not the sharing's to sweep up.
  await devTools.send("HeapProfiler.collectGarbage");
  await devTools.send("Emulation.setCPUThrottlingRate", { rate: THROTTLE });
  await page.evaluate(WATCH);
  log(`${LOG_MEGABYTES} MB, processor ${THROTTLE} times slower; the bound is ${BOUND_MS} ms a task`);

  const { access_token: token } = await succeeded<{ access_token: string }>(
    callApi(apiUrl, "POST", "/dev-issuer/token", {
      raw: "grant_type=password&username=alex&audience=beckon-agents",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }),
  );
  const agent = createAgent((method, path, call = {}) => callApi(apiUrl, method, path, { token, ...call }));
  const request = await agent.requestLogs({ userId: "ann", collectors: ["app", "system"], maxBytes: 100_000_000 });
  await phone.notification(request.id).waitFor();
  await during(browser, page, "tap, freeze, show", log, async () => {
    await tap(page, `document.querySelector('[data-notification="${request.id}"]')`);
    await happened("reviewed");
    await seen(page, SHARE);
  });
  await during(browser, page, "share, hash, send", log, async () => {
    await tap(page, SHARE);
    await happened("answered");
    await seen(page, `${CONSENT}.querySelector("[data-phase=shared]")`);
  });
  const { files, state } = await agent.request(request.id);
  const sentBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  log(`the request is ${state} with ${(sentBytes / 1_000_000).toFixed(1)} MB`);
  if (phone.troubles.length > 0) log(`trouble: ${phone.troubles.join("; ")}`);
}

const CONSENT = `document.querySelector("beckon-consent")?.shadowRoot`;
const SHARE = `${CONSENT}?.querySelector("[data-act=share]")`;
/** A finger does not let go at once. */
const PRESS_MS = 80;
const LOOK_EVERY_MS = 250;

/** Playwright's own clicks and waits run scripts in the page, which would be counted as the page's. @param element an expression */
async function tap(page: Page, element: string): Promise<void> {
  const [x, y] = await page.evaluate<[number, number]>(
    `(({ x, y, width, height }) => [x + width / 2, y + height / 2])(${element}.getBoundingClientRect())`,
  );
  await page.mouse.move(x, y);
  await page.mouse.down();
  await sleep(PRESS_MS);
  await page.mouse.up();
}

async function seen(page: Page, element: string): Promise<void> {
  while (!(await page.evaluate<boolean>(`${element} != null`))) await sleep(LOOK_EVERY_MS);
}

/** What the phone tells whoever watches it, heard in another tab, whose processor is not slow. */
async function followHappenings(context: BrowserContext, apiUrl: string): Promise<(kind: string) => Promise<void>> {
  const page = await context.newPage();
  // A page with nothing to draw: tabs of one origin may share the main thread that is timed.
  await page.goto(`${apiUrl}/livez`);
  await page.evaluate(`
    window.kinds = [];
    new BroadcastChannel("beckon-phone").onmessage = ({ data }) => window.kinds.push(data.kind);`);
  return async (kind) => {
    while (!(await page.evaluate<boolean>(`window.kinds.includes(${JSON.stringify(kind)})`)))
      await sleep(LOOK_EVERY_MS);
  };
}

/** As text: what runs in the page has another library than what runs here. */
const WATCH = `
  window.tasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasks.push(duration);
  }).observe({ type: "longtask" });`;

async function during(
  browser: Browser,
  page: Page,
  name: string,
  log: (line: string) => void,
  act: () => Promise<void>,
): Promise<void> {
  await page.evaluate("void (window.tasks.length = 0)");
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  const from = performance.now();
  await act();
  const seconds = (performance.now() - from) / 1_000;
  const tasks = tasksOf((await browser.stopTracing()).toString("utf8"));
  const cpu = tasks.map(({ cpuMs }) => cpuMs);
  const long = await page.evaluate<number[]>("window.tasks");
  const most = (values: readonly number[]) => values.reduce((longest, one) => Math.max(longest, one), 0).toFixed(1);
  log(
    `${name.padEnd(20)} ${seconds.toFixed(1)} s, ${cpu.length} tasks: by the clock ${long.length} over ${BOUND_MS} ms ` +
      `(longest ${most(long)} ms); by CPU ${cpu.filter((ms) => ms > BOUND_MS).length} over ${BOUND_MS} ms ` +
      `(longest ${most(cpu)} ms, 99.9th percentile ${quantile(cpu, 0.999).toFixed(1)} ms)`,
  );
  for (const { cpuMs, parts } of tasks) {
    if (cpuMs > BOUND_MS) log(`  ${cpuMs.toFixed(0).padStart(4)} ms: ${parts.join(", ")}`);
  }
}
