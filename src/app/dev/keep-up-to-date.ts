import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformWithOxc } from "vite";
import type { DemoServers, ServiceName } from "#app/demo/start-servers.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { buildPage, outdatedPages, type PageBuild, type PageName, watchPage, wordsOf } from "./pages.ts";
import { watchSource } from "./watch-source.ts";
import { whatFollows } from "./what-follows.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** What keeps the running servers, and the pages that they serve, as the code is. */
export interface UpToDate {
  /** Builds the pages that are older than their sources. Told of, never thrown: what is wrong there can be mended. */
  buildOutdated(): Promise<void>;
  /** From now on a change is followed by what it needs. */
  watch(): void;
  /** API and worker anew, whatever has changed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const RESTART = "restart";

/** @param options.servers undefined while they are starting */
export function keepUpToDate({
  servers,
  say,
  dim,
}: {
  servers: () => DemoServers | undefined;
  say: (line: string) => void;
  dim: (text: string) => string;
}): UpToDate {
  const watched = new Map<PageName, Promise<() => Promise<void>>>();
  let stopWatching = () => {};
  let stopped = false;

  const tellBuild = ({ name, ms, error }: PageBuild) => {
    if (stopped) return;
    if (error === undefined) say(dim(`${name} built in ${(ms / 1000).toFixed(1)} s; load its page anew`));
    else say(`The ${name} could not be built. The one before is served until you mend it:\n${indent(error)}`);
  };

  const restart = async (names: readonly ServiceName[], migrate: boolean) => {
    const from = performance.now();
    const words = names.filter((name) => name !== "api").join(" and ");
    try {
      await servers()?.restart(names, { migrate });
      say(dim(`API and ${words} restarted in ${((performance.now() - from) / 1000).toFixed(1)} s`));
    } catch (error) {
      if (!stopped) say(`${error instanceof Error ? error.message : String(error)}\nWaiting for the next change.`);
    }
  };

  const follow = oneAtATime(async (files: readonly string[]) => {
    if (stopped) return;
    if (files.includes(RESTART)) await restart(["worker", "api"], true);
    const changed = [...new Set(files.filter((file) => file !== RESTART))];
    const { services, migrate, pages, itself } = whatFollows(changed);
    if (itself) say(dim("npm run dev itself has changed: end it and start it anew to have that"));
    for (const name of pages) {
      // Its own watcher builds from now on; the first time it also builds this change.
      if (!watched.has(name)) watched.set(name, watchPage(name, tellBuild));
    }
    if (services.length === 0) return;
    const wrong = await findSyntaxError(changed);
    if (wrong === undefined) await restart(services, migrate);
    else say(`${indent(wrong)}\nAPI and worker go on as they were. Waiting for the next change.`);
  });

  return {
    async buildOutdated() {
      for (const name of outdatedPages()) tellBuild(await buildPage(name));
    },
    watch() {
      stopWatching = watchSource((files) => void follow(files));
    },
    restart: () => follow([RESTART]),
    async stop() {
      stopped = true;
      stopWatching();
      for (const stop of await Promise.all(watched.values())) await stop();
    },
  };
}

/** Looked for before anything is ended, so that a slip of the keyboard ends nothing. @returns the words of the first one */
async function findSyntaxError(files: readonly string[]): Promise<string | undefined> {
  for (const file of files.filter((name) => /\.tsx?$/.test(name))) {
    const path = join(ROOT, file);
    if (!existsSync(path)) continue;
    try {
      await transformWithOxc(readFileSync(path, "utf8"), path);
    } catch (error) {
      return `${file}: ${wordsOf(error)}`;
    }
  }
  return undefined;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
