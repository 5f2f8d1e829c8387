import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT_CODES } from "#app/cli/exit-codes.ts";
import { processEnvironment } from "#app/config.ts";
import { openInBrowser } from "#app/dev/open-in-browser.ts";
import { DATA_FOLDER, removeData } from "#app/embedded/data-folder.ts";
import { assembleCast } from "./assemble-cast.ts";
import { assertQueueOnRedis } from "./assert-queue-on-redis.ts";
import { type DemoPhone, STAGE_USER_ID } from "./demo-phone.ts";
import { playJourney } from "./play-journey.ts";
import { type DemoServers, startServers } from "./start-servers.ts";
import { createStory, type Story } from "./story.ts";
import { tellWhatNext } from "./what-next.ts";

export interface DemoOptions {
  readonly yes?: true;
  readonly once?: true;
  readonly json?: true;
  readonly logs?: string;
  readonly redis?: true;
  readonly fresh?: true;
  readonly data?: string;
}

/** So that another program can look at what the last line names. */
const STAY_MS = 20_000;

/** Starts everything, plays the journey, and stays up unless it is to run once. Ends the process. */
export async function runDemo(options: DemoOptions): Promise<never> {
  const beganAt = performance.now();
  const dataFolder = options.data === undefined ? DATA_FOLDER : resolve(options.data);
  const screen = options.json ? process.stderr : process.stdout;
  const story = createStory(screen);
  const stopping = new AbortController();
  let phone: DemoPhone | undefined;
  let servers: DemoServers | undefined;
  const end = async (exitCode: number): Promise<never> => {
    stopping.abort();
    phone?.stop();
    await servers?.stop();
    process.exit(exitCode);
  };
  // A journey that is cut short has proved nothing; one that is over has, however long its servers stay.
  let exitCodeNow: number = options.once ? EXIT_CODES.failed : EXIT_CODES.ok;
  const interrupted = new Promise<void>((stop) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        // Of an impatient second one the servers are ended by the exit itself.
        if (stopping.signal.aborted) process.exit(EXIT_CODES.failed);
        story.release();
        stop();
      });
    }
    // Whoever read along is gone (`| head`): nobody is left to tell.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => stop());
  });
  const play = async (): Promise<number> => {
    if (options.fresh) await removeData(dataFolder);
    servers = await startServers({
      dataFolder,
      redis: options.redis === true,
      log: (line) => story.step("demo", line),
    });
    // Not for a demo that runs once: nobody opens a page of it.
    const pages = options.once ? undefined : buildPages(story);
    story.step("demo", `ready in ${((performance.now() - beganAt) / 1000).toFixed(1)} s`, {
      detail: `API ${servers.apiUrl}, queue on ${options.redis ? "Redis" : "PostgreSQL"}`,
    });
    const cast = await assembleCast({
      servers,
      dataFolder,
      story,
      yourLogs: options.logs,
      ...(!options.yes && process.stdin.isTTY && screen.isTTY && { person: { input: process.stdin, output: screen } }),
      signal: stopping.signal,
    });
    phone = cast.phone;
    const journey = await playJourney({ ...cast, story, apiUrl: servers.apiUrl });
    if (servers.redisUrl !== undefined) await assertQueueOnRedis(servers.redisUrl);
    const { ticketUrl, files, takenBack, unfinished } = journey;
    if (unfinished !== undefined) story.say(`Nothing was downloaded: ${unfinished}.`);
    if (options.json) {
      const queue = options.redis ? "redis" : "postgres";
      const ms = Math.round(performance.now() - beganAt);
      console.log(JSON.stringify({ ticketUrl, files, takenBack, queue, ms }));
    }
    exitCodeNow = options.once && unfinished !== undefined ? EXIT_CODES.failed : EXIT_CODES.ok;
    await pages;
    if (!options.once) tellWhatNext(servers, journey, story);
    const isWatched = process.stdin.isTTY && screen.isTTY && !options.once && !options.json && !options.yes;
    if (isWatched && !processEnvironment()["CI"]) await openInBrowser(`${servers.apiUrl}/demo?user=${STAGE_USER_ID}`);
    if (!options.once) await interrupted;
    else if (options.json && exitCodeNow === EXIT_CODES.ok) await Promise.race([interrupted, sleep(STAY_MS)]);
    return exitCodeNow;
  };

  try {
    const stopped = interrupted.then(() => exitCodeNow);
    return await end(await Promise.race([play(), stopped]));
  } catch (error) {
    story.release();
    const words = error instanceof Error ? error.message : String(error);
    console.error(`\nThe demo failed: ${words}`);
    if (servers) console.error(`\nWhat its processes said last:\n${servers.lastWords()}`);
    console.error("\nTry again: npm run demo. If that fails as well, start over: npm run demo -- --fresh");
    return end(EXIT_CODES.failed);
  }
}

/** Builds console and phone where they are missing, or older than what they are made of. */
async function buildPages(story: Story): Promise<void> {
  // Its builder takes half a second to load.
  const { buildPage, outdatedPages } = await import("#app/dev/pages.ts");
  for (const name of outdatedPages()) {
    story.step("demo", `builds the ${name} for the browser meanwhile`);
    const { ms, error } = await buildPage(name);
    if (error === undefined) story.step("demo", `${name} built in ${(ms / 1000).toFixed(1)} s`);
    else story.step("demo", `the ${name} could not be built; all else goes on`, { detail: error.split("\n")[0] ?? "" });
  }
}
