import { existsSync } from "node:fs";
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { PlainSummary } from "./scripts/plain-summary.ts";

// One project for each kind of test. Real PostgreSQL and Azurite come with npm; redis-server, curl and a browser are taken from
// PATH. Where one is missing, its project is left out with one loud line; BECKON_REQUIRE=redis,curl,chromium makes that an error.
const SERVERS = {
  redis: { programs: ["redis-server"], install: "apt-get install redis-server" },
  curl: { programs: ["curl"], install: "apt-get install curl" },
  chromium: { programs: ["chromium", "chromium-browser", "google-chrome"], install: "apt-get install chromium" },
};

// Started for each project that needs it, in this one process, one project after the other: what it starts, it shares.
const GLOBAL_SETUP = ["test/support/global-setup.ts"];

/**
 * What the queue has no part in, or only carries: these run once, on PostgreSQL. Whatever is about the queue itself (its
 * promises, what dies beside it, what is due, what it holds) runs on both, and so does every file that is not named here.
 */
const ON_ANY_QUEUE = [
  "agent-uploads",
  "api-bad-input",
  "api-idempotency",
  "api-lists",
  "background-upload",
  "call-support-ticket",
  "call-support-ticket-limits",
  "consent-text",
  "console-content",
  "console-lists",
  "console-session",
  "dev",
  "enduring-upload",
  "feed",
  "identity",
  "kill-agent-upload",
  "kill-connect",
  "kill-report",
  "large-files",
  "limits",
  "mutilated-forms",
  "mutilated-zips",
  "pack",
  "report",
  "report-limits",
  "rotating-logs",
  "sdk",
  "sdk-report",
  "stray-installations",
  "test-push",
  "work-items",
  "work-items-for-all",
].map((name) => `test/integration/${name}.test.ts`);

const gone = ON_ANY_QUEUE.filter((file) => !existsSync(new URL(file, import.meta.url)));
if (gone.length > 0) throw new Error(`vitest.config.ts names tests that are not there: ${gone.join(", ")}`);

/**
 * Projects of one group run side by side, groups one after the other. Unit tests want the processor; contract and
 * integration tests mostly wait for servers, so three files share two cores; end-to-end tests start whole systems.
 */
const projects: (Project & { needs?: keyof typeof SERVERS })[] = [
  { name: "unit", folder: "test/unit", group: 0, workers: 2 },
  { name: "contract", folder: "test/contract", group: 1, workers: 3, globalSetup: GLOBAL_SETUP },
  { ...integration("postgres"), group: 1, workers: 3, globalSetup: GLOBAL_SETUP },
  { ...integration("redis"), group: 1, workers: 3, globalSetup: GLOBAL_SETUP, needs: "redis" },
  // What people paste into a terminal, pasted into one.
  {
    name: "curl",
    folder: "test/curl",
    group: 1,
    workers: 3,
    globalSetup: GLOBAL_SETUP,
    env: { BECKON_TEST_QUEUE: "postgres" },
    needs: "curl",
  },
  // A browser beside all that it looks at takes its time on two busy cores; each wait is for a fact all the same.
  {
    name: "e2e",
    folder: "test/e2e",
    group: 2,
    workers: 2,
    globalSetup: GLOBAL_SETUP,
    testTimeout: 120_000,
    needs: "chromium",
  },
  // The image and the compose file: whole systems too, without a browser.
  { name: "deployment", folder: "test/deployment", group: 2, workers: 2, globalSetup: GLOBAL_SETUP, needs: "redis" },
];

interface Project {
  name: string;
  folder: string;
  group: number;
  workers: number;
  globalSetup?: string[];
  testTimeout?: number;
  env?: Record<string, string>;
  exclude?: string[];
}

/** The same files on both queues; `BECKON_TEST_QUEUE` says which one a run is on. */
function integration(queue: "postgres" | "redis") {
  return {
    name: `integration-${queue}`,
    folder: "test/integration",
    env: { BECKON_TEST_QUEUE: queue },
    ...(queue === "redis" && { exclude: ON_ANY_QUEUE }),
  };
}

const isOnPath = (program: string) => findOnPath(program, process.env["PATH"]) !== undefined;

const required = (process.env["BECKON_REQUIRE"] ?? "").split(",").filter(Boolean);
const unknown = required.filter((name) => !(name in SERVERS));
if (unknown.length > 0)
  throw new Error(`BECKON_REQUIRE knows ${Object.keys(SERVERS).join(", ")}, not ${unknown.join(", ")}.`);

const present = projects.filter(({ name, needs }) => {
  if (!needs || SERVERS[needs].programs.some(isOnPath)) return true;
  const { programs, install } = SERVERS[needs];
  const lack = `no ${programs.join(", ")} on PATH. Install it with: ${install}`;
  if (required.includes(needs)) throw new Error(`Project ${name} is required (BECKON_REQUIRE), but there is ${lack}`);
  console.error(`\n!!! NOT RUN: project ${name}: ${lack}\n`);
  return false;
});

function asVitestProject({
  name,
  folder,
  group,
  workers,
  globalSetup,
  testTimeout,
  env,
  exclude = [],
}: Project): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`${folder}/**/*.test.ts`],
      exclude: [...configDefaults.exclude, ...exclude],
      maxWorkers: workers,
      sequence: { groupOrder: group },
      ...(globalSetup && { globalSetup }),
      ...(testTimeout && { testTimeout }),
      ...(env && { env }),
    },
  };
}

export default defineConfig({
  test: {
    projects: present.map(asVitestProject),
    reporters: ["default", new PlainSummary(process.env["BECKON_TEST_SUMMARY"])],
    // Limits for what hangs, not measures of what is slow: a busy machine takes its time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // A test that passes only at the second try is a bug in the test or in us.
    retry: 0,
    allowOnly: false,
  },
});
