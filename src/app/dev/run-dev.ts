import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { EXIT_CODES } from "#app/cli/exit-codes.ts";
import { processEnvironment } from "#app/config.ts";
import { DEV_DATA_FOLDER, removeData } from "#app/embedded/data-folder.ts";
import { type DemoServers, startServers, type WantedPorts } from "#app/demo/start-servers.ts";
import { claimDev, type DevClaim, publishUrls, readDevClaim, releaseDev } from "./dev-claim.ts";
import { type DevUrls, devUrls } from "./dev-urls.ts";
import { followLogs } from "./follow-logs.ts";
import { hearKeys, type KeyAction } from "./keys.ts";
import { keepUpToDate } from "./keep-up-to-date.ts";
import { openInBrowser } from "./open-in-browser.ts";
import { renderWelcome } from "./render-welcome.ts";
import { seedExamples } from "./seed-examples.ts";
import { tellEvents } from "./tell-events.ts";

export interface DevOptions {
  readonly json?: true;
  readonly open?: true;
  readonly fresh?: true;
  readonly redis?: true;
  readonly data?: string;
  /** Web origin of an app that is being built on the SDK. */
  readonly app?: string;
  readonly ports: WantedPorts;
}

/** How long a second `npm run dev` waits for the first one to be ready. */
const OTHER_READY_MS = 60_000;

/** Runs everything for development until it is told to end, and keeps it up to date with the code. Ends the process. */
export async function runDev(options: DevOptions): Promise<never> {
  const dataFolder = options.data === undefined ? DEV_DATA_FOLDER : resolve(options.data);
  const screen = openScreen(options.json === true);
  const other = claimDev(dataFolder);
  if (other) return tellOther(other, dataFolder, options, screen);

  const stopping = new AbortController();
  let servers: DemoServers | undefined;
  const stops: (() => unknown)[] = [];
  let ending = false;
  const end = async (exitCode: number): Promise<never> => {
    ending = true;
    stopping.abort();
    for (const stop of stops.splice(0).toReversed()) await stop();
    await servers?.stop();
    releaseDev(dataFolder);
    process.exit(exitCode);
  };
  const quit = (): void => {
    // Of an impatient second one the servers are ended by the exit itself.
    if (ending) process.exit(EXIT_CODES.failed);
    if (servers) screen.say(screen.dim("ending"));
    void end(EXIT_CODES.ok);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, quit);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", quit);

  try {
    if (options.fresh) await startOver(dataFolder);
    const pages = keepUpToDate({ servers: () => servers, say: screen.say, dim: screen.dim });
    stops.push(pages.stop);
    const built = pages.buildOutdated();
    servers = await startServers({
      dataFolder,
      redis: options.redis === true,
      ports: options.ports,
      ...(options.app !== undefined && { appOrigin: options.app }),
      log: (line) => screen.say(screen.dim(line)),
    });
    await seedExamples({ servers, dataFolder });
    await built;
    pages.watch();
    const urls = devUrls(servers, dataFolder);
    publishUrls(dataFolder, urls);
    await tellEvents({ apiUrl: servers.apiUrl, signal: stopping.signal, say: screen.say });
    const readyMs = Math.round(performance.now());
    if (options.json) console.log(JSON.stringify({ ...urls, pid: process.pid, readyMs }));
    const welcome = () =>
      screen.welcome(urls, `ready in ${(readyMs / 1000).toFixed(1)} s`, screen.hasKeys ? "keys" : "no keys");
    welcome();
    if (options.open) await openPage(urls.demo, screen);
    if (screen.hasKeys) {
      const logs = followLogs(servers, screen.say);
      stops.push(logs.stop);
      const act: Record<KeyAction, () => unknown> = {
        console: () => openPage(urls.console, screen),
        phone: () => openPage(urls.phone, screen),
        demo: () => openPage(urls.demo, screen),
        logs: () => screen.say(screen.dim(logs.toggle() ? "logs of API and worker: on" : "logs: off")),
        restart: pages.restart,
        clear: () => {
          screen.clear();
          welcome();
        },
        quit,
      };
      stops.push(hearKeys(process.stdin, (action) => void act[action]()));
    }
    await once(stopping.signal, "abort");
    return await new Promise<never>(() => {}); // `end` ends the process
  } catch (error) {
    if (ending) return await new Promise<never>(() => {}); // what broke because it was told to end
    console.error(`\nbeckon dev failed: ${error instanceof Error ? error.message : String(error)}`);
    if (servers) console.error(`\nWhat its processes said last:\n${servers.lastWords()}`);
    console.error("\nTry again: npm run dev. If that fails as well, start over: npm run dev -- --fresh");
    return end(EXIT_CODES.failed);
  }
}

/** Everything but our own claim on the folder. */
async function startOver(dataFolder: string): Promise<void> {
  await removeData(dataFolder);
  claimDev(dataFolder);
}

interface Screen {
  say(line: string): void;
  dim(text: string): string;
  /** The addresses, unless they were asked for as JSON. */
  welcome(urls: DevUrls, ready: string, keys: "keys" | "no keys"): void;
  clear(): void;
  /** Whether a person sits at a keyboard. */
  readonly hasKeys: boolean;
}

function openScreen(json: boolean): Screen {
  const stream = json ? process.stderr : process.stdout;
  const paint = (format: "bold" | "gray") => (text: string) =>
    styleText(format, text, { stream, validateStream: true });
  const emphasis = { bold: paint("bold"), dim: paint("gray") };
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")) as {
    version: string;
  };
  const say = (line: string) => void stream.write(`${line}\n`);
  return {
    say,
    dim: emphasis.dim,
    welcome(urls, ready, keys) {
      if (json) return;
      const title = `beckon dev ${version}`;
      for (const line of renderWelcome({ title, ready, urls, withKeys: keys === "keys", emphasis })) say(line);
    },
    clear: () => void stream.write("\u001B[2J\u001B[3J\u001B[H"),
    hasKeys: !json && process.stdin.isTTY && stream.isTTY,
  };
}

/** One is enough on a folder: says where the one that runs is. */
async function tellOther(
  { pid }: DevClaim,
  dataFolder: string,
  { json, fresh, open }: DevOptions,
  screen: Screen,
): Promise<never> {
  if (fresh) {
    console.error(`beckon dev runs on ${dataFolder} already (process ${pid}). End it before you start over.`);
    process.exit(EXIT_CODES.failed);
  }
  const giveUpAt = performance.now() + OTHER_READY_MS;
  let urls: DevUrls | undefined;
  while (!(urls = readDevClaim(dataFolder)?.urls) && performance.now() < giveUpAt) {
    if (!readDevClaim(dataFolder)) break;
    await sleep(100);
  }
  if (!urls) {
    console.error(`beckon dev (process ${pid}) on ${dataFolder} is starting or ending. Try again in a moment.`);
    process.exit(EXIT_CODES.failed);
  }
  if (json) console.log(JSON.stringify({ ...urls, pid, already: true }));
  else screen.welcome(urls, `runs already, as process ${pid}`, "no keys");
  if (open) await openPage(urls.demo, screen);
  process.exit(EXIT_CODES.ok);
}

async function openPage(url: string, { say, dim }: Screen): Promise<void> {
  // A build machine has nobody to look at it.
  if (processEnvironment()["CI"] || !(await openInBrowser(url))) say(dim(`open ${url}`));
}
