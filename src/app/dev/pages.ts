import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { build, type InlineConfig } from "vite";

const ROOT = join(import.meta.dirname, "../../..");

/** What is built for browsers: where its files come from, in the clone, and the page that a build writes last of all. */
export const PAGES = {
  console: {
    page: "dist/console/index.html",
    sources: ["src/console", "src/contract", "src/domain", "src/messages", "src/sdk", "vite.console.config.ts"],
  },
  phone: {
    page: "dist/phone/page.html",
    sources: ["src/phone", "src/sdk", "src/contract", "src/domain", "src/messages", "vite.phone.config.ts"],
  },
} as const;

export type PageName = keyof typeof PAGES;

/** What a build came to. */
export interface PageBuild {
  readonly name: PageName;
  readonly ms: number;
  /** The builder's own words, with the place; undefined when all went well. */
  readonly error: string | undefined;
}

/** Those of the pages that were never built, or before one of their sources changed. */
export function outdatedPages(): PageName[] {
  return (Object.keys(PAGES) as PageName[]).filter((name) => {
    const { page, sources } = PAGES[name];
    const builtAt = existsSync(join(ROOT, page)) ? statSync(join(ROOT, page)).mtimeMs : 0;
    return sources.some((source) => newestIn(join(ROOT, source)) > builtAt);
  });
}

/** Builds a page once, as `npm run build:…` does. */
export async function buildPage(name: PageName): Promise<PageBuild> {
  const from = performance.now();
  const error = await build(configOf(name, {})).then(() => undefined, wordsOf);
  return { name, ms: performance.now() - from, error };
}

/**
 * Builds a page, and again whenever one of its files changes.
 *
 * @param onBuilt told of each build, the first one too
 * @returns how to stop
 */
export async function watchPage(name: PageName, onBuilt: (build: PageBuild) => void): Promise<() => Promise<void>> {
  // Not emptied: pages that are open may still ask for files of the build before.
  const watcher = await build(configOf(name, { watch: {}, emptyOutDir: false }));
  if (!("on" in watcher)) throw new Error("Vite did not watch");
  let from = performance.now();
  watcher.on("event", (event) => {
    if (event.code === "START") from = performance.now();
    if (event.code === "BUNDLE_END" || event.code === "ERROR") void event.result?.close();
    if (event.code === "END") onBuilt({ name, ms: performance.now() - from, error: undefined });
    if (event.code === "ERROR") onBuilt({ name, ms: performance.now() - from, error: wordsOf(event.error) });
  });
  return async () => watcher.close();
}

function configOf(name: PageName, options: NonNullable<InlineConfig["build"]>): InlineConfig {
  return {
    // Whatever folder we were started in.
    root: join(ROOT, "src", name),
    configFile: join(ROOT, `vite.${name}.config.ts`),
    logLevel: "silent",
    build: options,
  };
}

/** What Vite says of wrong code: with a picture of the place, here without the colours that a file would keep. */
export function wordsOf(error: unknown): string {
  return stripVTControlCharacters(error instanceof Error ? error.message : String(error)).trim();
}

function newestIn(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return readdirSync(path, { withFileTypes: true }).reduce(
    (newest, entry) => Math.max(newest, newestIn(join(path, entry.name))),
    0,
  );
}
