import { PAGES, type PageName } from "./pages.ts";
import type { ServiceName } from "#app/demo/start-servers.ts";

/** What has to be done for a change of the code to be felt. */
export interface Consequence {
  readonly services: readonly ServiceName[];
  readonly migrate: boolean;
  readonly pages: readonly PageName[];
  /** `npm run dev` itself has changed, and cannot start itself again. */
  readonly itself: boolean;
}

/** These run in browsers only, or in this very process. */
const NOT_SERVED = /^src\/(console|phone|sdk|app\/(demo|dev|embedded)|app\/cli\/(demo|dev)-command\.ts)(\/|$)/;
const ITSELF = /^src\/app\/(demo|dev|embedded|cli\/dev-command\.ts)(\/|$)/;

/**
 * What follows from changed files.
 *
 * @param files paths in the clone, with slashes: `src/http/route.ts`
 */
export function whatFollows(files: readonly string[]): Consequence {
  const migrate = files.some((file) => file.startsWith("prisma/"));
  const emulator = files.some((file) => file.startsWith("src/emulator/"));
  const served = migrate || files.some((file) => file.startsWith("src/") && !NOT_SERVED.test(file));
  return {
    // The hub's keys may be others after its restart: API and worker learn them anew.
    services: emulator ? ["worker", "api", "emulator"] : served ? ["worker", "api"] : [],
    migrate,
    pages: (Object.keys(PAGES) as PageName[]).filter((name) =>
      files.some((file) => PAGES[name].sources.some((source) => file === source || file.startsWith(`${source}/`))),
    ),
    itself: files.some((file) => ITSELF.test(file)),
  };
}
