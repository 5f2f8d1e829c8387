/**
 * The home of the console with 10,000 requests, in a real Chromium: the whole list by wheel, while its pages are loaded, then back
 * up, then down by key. Each frame is timed, and at each the middle of every place for a row is asked what stands there. The bound
 * that the product promises: no blank row, no frame over 50 ms.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import pg from "pg";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startEmulator } from "#emulator/start-emulator.ts";
import { launchChromium, openConsole } from "#test/support/console-page.ts";
import { cpuOfTasks } from "./support/cpu-of-tasks.ts";
import { startChild } from "./support/start-child.ts";
import { median, quantile } from "./support/statistics.ts";

const REQUESTS = 10_000;
const BOUND_MS = 50;
/** A hard turn of a wheel; some 40 of these a second. */
const WHEEL_PX = 600;
const KEYS = 400;

interface Frames {
  readonly deltas: readonly number[];
  readonly tasks: readonly number[];
  readonly cpu: readonly number[];
  readonly samples: number;
  readonly blanks: number;
  readonly furthestPx: number;
}

/** @param log told how far it is. Needs `npm run build:console` before */
export async function benchConsole(log: (line: string) => void): Promise<void> {
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
    HUB_CONNECTION_STRING: emulator.connectionString,
    DEV_ISSUER: "true",
    DEPLOYMENT_KEY: randomUUID() + randomUUID(),
    RATE_LIMIT_ADDRESS: "1000000",
    RATE_LIMIT_AGENT: "1000000",
  };
  await (await startChild(["src/app/main.ts", "migrate"], env)).stop();
  await seed(postgres.url);
  const api = await startChild(["src/app/main.ts", "api"], env);
  const browser = await launchChromium();
  try {
    const { page, close } = await openConsole(browser, api.firstLine, { path: "/?view=all" });
    await page.locator("[data-request]").first().waitFor();
    await page.locator('[data-connection="live"]').waitFor();
    await page.evaluate(WATCH);
    const watch = (act: () => Promise<void>) => during(browser, page, act);
    log(`${REQUESTS} requests, 100 a page; the bound is ${BOUND_MS} ms a frame`);
    const x = 700;
    await page.mouse.move(x, 500);
    report("down by wheel, loading", await watch(() => wheelToEnd(page, WHEEL_PX)), log);
    report("up by wheel", await watch(() => wheelToEnd(page, -WHEEL_PX)), log);
    report(`down by ${KEYS} keys`, await watch(() => press(page, "j", KEYS)), log);
    const seen = await page.evaluate<number>("document.querySelectorAll('[data-request]').length");
    log(`rows in the page at the end: ${seen}`);
    await close();
  } finally {
    await browser.close();
    await api.stop();
    await Promise.all([emulator.close(), azurite.stop()]);
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** People, tickets and requests in every state, a minute apart, all of one agent. */
async function seed(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`
      insert into app_user (id, label, contacts, search_words, created_at, updated_at)
      select 'user-' || n, 'Person ' || n, '{}', array['person', n::text], now(), now() from generate_series(0, 499) n`);
    await client.query(`
      insert into ticket (id, subject, description, user_id, call_ids, created_at, updated_at)
      select gen_random_uuid(), 'Calls drop after ' || n || ' minutes', '', 'user-' || n, '{}', now(), now()
      from generate_series(0, 499) n`);
    await client.query(
      `insert into log_request (id, ticket_id, user_id, agent_id, reason, collectors, max_bytes, max_files, answer_by, state,
         reject_reason, reach, push_round_id, created_at, updated_at, ended_at)
       select gen_random_uuid(), ticket.id, ticket.user_id, 'alex', 'To see why your calls drop', '{app,acs-calling}', 50000000, 50,
         now() + interval '1 day', chosen.state, case when chosen.state = 'rejected' then 'no_files' end, 'pushed', gen_random_uuid(),
         now() - n * interval '1 minute', now() - n * interval '1 minute',
         case when chosen.state in ('requested', 'notified', 'seen') then null else now() end
       from generate_series(1, $1::int) n
       join ticket on ticket.user_id = 'user-' || n % 500
       cross join lateral (select (array['requested', 'notified', 'seen', 'linked', 'declined', 'expired', 'cancelled', 'withdrawn',
         'rejected'])[1 + n % 9] as state) as chosen`,
      [REQUESTS],
    );
    await client.query("analyze");
  } finally {
    await client.end();
  }
}

/** As text: what runs in the page has another library than what runs here. */
const WATCH = `
  window.watched = null;
  const scroller = document.querySelector("[role=grid] [role=rowgroup]");
  new PerformanceObserver((list) => {
    if (window.watched) for (const { duration } of list.getEntries()) window.watched.tasks.push(duration);
  }).observe({ type: "longtask" });
  let before = performance.now();
  let top = scroller.scrollTop;
  const look = (now) => {
    const seen = window.watched;
    if (seen) {
      seen.deltas.push(now - before);
      seen.furthestPx = Math.max(seen.furthestPx, Math.abs(scroller.scrollTop - top));
      const { left, right, top: from, bottom } = scroller.getBoundingClientRect();
      const end = from + scroller.scrollHeight - scroller.scrollTop;
      for (let y = from + 30; y < Math.min(bottom, end) - 4; y += 60) {
        seen.samples += 1;
        if (!document.elementFromPoint((left + right) / 2, y)?.closest("[data-request]")) seen.blanks += 1;
      }
    }
    before = now;
    top = scroller.scrollTop;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

/** Times by the clock, and by what the page's own thread used: on a busy machine only the second says what is ours. */
async function during(browser: Browser, page: Page, act: () => Promise<void>): Promise<Frames> {
  await browser.startTracing(page, { categories: ["toplevel"] });
  await page.evaluate("window.watched = { deltas: [], tasks: [], samples: 0, blanks: 0, furthestPx: 0 }; undefined");
  await act();
  const seen = await page.evaluate<Omit<Frames, "cpu">>(
    "(() => { const seen = window.watched; window.watched = null; return seen; })()",
  );
  return { ...seen, cpu: cpuOfTasks((await browser.stopTracing()).toString("utf8")) };
}

/** Until the list ends: at its top, or where nothing more is to be loaded. */
async function wheelToEnd(page: Page, pixels: number): Promise<void> {
  const isAtEnd = `(() => {
    const grid = document.querySelector("[role=grid]");
    const { scrollTop, scrollHeight, clientHeight } = grid.querySelector("[role=rowgroup]");
    return ${pixels < 0} ? scrollTop === 0 : grid.getAttribute("aria-rowcount") !== "-1" && scrollTop + clientHeight >= scrollHeight - 1;
  })()`;
  while (!(await page.evaluate<boolean>(isAtEnd))) await page.mouse.wheel(0, pixels);
}

async function press(page: Page, key: string, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await page.keyboard.press(key);
}

function report(
  name: string,
  { deltas, tasks, cpu, samples, blanks, furthestPx }: Frames,
  log: (line: string) => void,
): void {
  const late = deltas.filter((delta) => delta > BOUND_MS).length;
  const longest = Math.max(...deltas);
  const dear = cpu.filter((milliseconds) => milliseconds > BOUND_MS).length;
  log(
    `${name.padEnd(24)} ${deltas.length} frames: median ${median(deltas).toFixed(1)} ms, 99th percentile ` +
      `${quantile(deltas, 0.99).toFixed(1)} ms, longest ${longest.toFixed(1)} ms, ${late} over ${BOUND_MS} ms; ` +
      `${tasks.length} tasks over 50 ms${tasks.length > 0 ? ` (longest ${Math.max(...tasks)} ms)` : ""}; ` +
      `by CPU ${dear} of ${cpu.length} (longest ${cpu.reduce((most, one) => Math.max(most, one), 0).toFixed(1)} ms); ` +
      `${blanks} blank of ${samples} places; furthest ${Math.round(furthestPx)} px between two frames`,
  );
}
