import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AppFolder, installPackedSdk } from "#test/support/packed-sdk.ts";
import packageJson from "../../../package.json" with { type: "json" };

// The package as it would be published, in the folder of somebody who has nothing of ours but its tarball.

const run = promisify(execFile);
const TSC = resolve("node_modules/.bin/tsc");

let app: AppFolder;
beforeAll(async () => {
  app = await installPackedSdk();
}, 180_000);
afterAll(() => app.remove());

const inPackage = (path: string) => join(app.folder, "node_modules/beckon-sdk", path);
const ENTRIES = [
  "create-beckon",
  "consent-screen",
  "report-issue",
  "report-screens",
  "device-logs",
  "upload-blocks",
  "test-push",
  "acs-web",
  "node-support",
];

test("the tarball has the built entries, their declarations, the reference and the licence, and nothing else", async () => {
  expect(app.files.filter((path) => !path.endsWith(".d.ts"))).toEqual(
    [
      "LICENSE",
      "README.md",
      "package.json",
      ...ENTRIES.map((name) => `dist/${name}.js`),
      ...[...ENTRIES, "README"].map((name) => `docs/${name}.md`),
    ].toSorted(),
  );
  const dryRun = await run("npm", ["pack", "--dry-run", "--json"], { cwd: inPackage("") });
  const [packed] = Object.values(JSON.parse(dryRun.stdout) as Record<string, { files: { path: string }[] }>);
  expect(packed?.files.map(({ path }) => path).toSorted()).toEqual(app.files);
});

test("no file names a folder of ours, and no declaration is there that no entry reaches", async () => {
  const reached = new Set<string>();
  const reach = async (path: string): Promise<void> => {
    if (reached.has(path)) return;
    reached.add(path);
    const text = await readFile(inPackage(path), "utf8");
    for (const [, to = ""] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)\.js"/g))
      await reach(`${join(path, "..", to)}.d.ts`);
  };
  for (const name of ENTRIES) await reach(`dist/${name}.d.ts`);
  expect([...reached].toSorted()).toEqual(app.files.filter((path) => path.endsWith(".d.ts")));
  for (const path of app.files) {
    const text = await readFile(inPackage(path), "utf8");
    expect(
      text.match(/["'`(]#?(?:\.\.\/)*src\/(?!sdk`)[\w/.-]*|["']#\w+\/|sourceMappingURL|\/node_modules\//),
      path,
    ).toBe(null);
  }
});

test("the manifest needs nothing, hides nothing, and carries the version of Beckon", async () => {
  const manifest = JSON.parse(await readFile(inPackage("package.json"), "utf8")) as Record<string, unknown>;
  expect(manifest).toMatchObject({
    name: "beckon-sdk",
    version: packageJson.version,
    license: "MIT",
    type: "module",
    sideEffects: false,
  });
  expect(Object.keys(manifest).filter((key) => /dependencies|scripts|bin/i.test(key))).toEqual([]);
  expect(Object.keys(manifest["exports"] as object)).toEqual([
    ".",
    ...ENTRIES.slice(1).map((name) => `./${name}`),
    "./package.json",
  ]);
});

test("the README's links lead to what is in the package", async () => {
  const text = await readFile(inPackage("README.md"), "utf8");
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, to = ""]) => to);
  expect(links).not.toEqual([]);
  expect(links.filter((to) => !app.files.includes(to))).toEqual([]);
});

const APP = `import { BeckonError, createBeckon, freezeBytes, indexedDbStorage, type Collector } from "beckon-sdk";
import { recordAcsLogs } from "beckon-sdk/acs-web";
import { defineConsentScreen, openConsent } from "beckon-sdk/consent-screen";
import { createLogStore, exportLogs } from "beckon-sdk/device-logs";
import { attachToSurvey, createReports } from "beckon-sdk/report-issue";
import { defineReportScreen, openReport } from "beckon-sdk/report-screens";

const log = createLogStore({ name: "app" });
const acs = recordAcsLogs({ logger: { log: (...args: unknown[]) => console.log(...args) } });
const collectors: Collector[] = [
  log.collector({ name: "app", label: "App log" }),
  acs.collector({ label: "Call log" }),
  { name: "own", label: "Own", collect: async ({ maxBytes }) => [freezeBytes("own.log", String(maxBytes.toFixed()))] },
];
const options = { baseUrl: "https://b.example", getToken: () => "t", installationId: "i", storage: indexedDbStorage(), collectors };
const beckon = createBeckon({ ...options, onError: (error) => error instanceof BeckonError && error.code === "network" });
openConsent(new (defineConsentScreen())(), { beckon, requestId: "r" }).stop();
const reports = createReports({ ...options, userId: "ada" });
openReport(new (defineReportScreen())(), { reports }).stop();
const { survey } = attachToSurvey({ id: "s", callId: "c" }, { overallRating: { score: 1 } });
await reports.reportIssue({ text: "It froze", survey });
const exported = await exportLogs({ collectors });
exported?.manifest satisfies object | undefined;
// @ts-expect-error the options are typed: an app that forgets one does not compile
createBeckon({ baseUrl: "https://b.example" });
`;
const NODE_APP = `import { createBeckon } from "beckon-sdk";
import { nodeFileCollector, nodeFolderStorage } from "beckon-sdk/node-support";
createBeckon({
  baseUrl: "https://b.example",
  getToken: () => "t",
  installationId: "i",
  storage: nodeFolderStorage("beckon"),
  collectors: [nodeFileCollector({ name: "app", label: "App log", folder: "logs", pattern: /log$/ })],
});
`;

test.for([
  ["bundler", "esnext"],
  ["nodenext", "nodenext"],
] as const)(
  "an app compiles against it with moduleResolution %s, declarations checked too",
  async ([resolution, module]) => {
    await writeFile(join(app.folder, `${resolution}-app.ts`), APP);
    await writeFile(join(app.folder, `${resolution}-node-app.ts`), NODE_APP);
    const flags = [
      "--strict",
      "--noEmit",
      "--types",
      "",
      "--target",
      "es2024",
      "--lib",
      "es2024,dom,dom.iterable,dom.asynciterable",
    ];
    const files = [`${resolution}-app.ts`, `${resolution}-node-app.ts`];
    const said = await run(TSC, [...flags, "--module", module, "--moduleResolution", resolution, ...files], {
      cwd: app.folder,
    }).catch((error: { stdout: string }) => error);
    expect(said.stdout).toBe("");
  },
);

const WHERE = ["node", "browser", "react-native"] as const;

/** What each entry is in each of the three places; null: it is not exported there, and an app hears of it when it is built. */
async function resolveIn(condition: (typeof WHERE)[number]): Promise<Record<string, string | null>> {
  const { exports } = JSON.parse(await readFile(inPackage("package.json"), "utf8")) as {
    exports: Record<string, string | Record<string, string | null>>;
  };
  return Object.fromEntries(
    Object.entries(exports).flatMap(([path, target]) => {
      if (typeof target === "string") return [];
      const [, found = null] = Object.entries(target).find(([name]) => name === condition || name === "default") ?? [];
      return [[path, found]];
    }),
  );
}

test.for(WHERE)("in %s each entry is a file that is there, or is plainly not exported", async (where) => {
  const found = await resolveIn(where);
  const missing = Object.entries(found).flatMap(([path, file]) => (file === null ? [path] : []));
  expect(missing).toEqual(
    {
      node: [],
      browser: ["./node-support"],
      "react-native": ["./consent-screen", "./report-screens", "./acs-web", "./node-support"],
    }[where],
  );
  const files = Object.values(found).flatMap((file) => file?.replace("./", "") ?? []);
  expect(app.files).toEqual(expect.arrayContaining(files));
});

test("a bundler for browsers builds what is for them, and refuses what needs Node", async () => {
  const program = `import { build } from ${JSON.stringify(resolve("node_modules/vite/dist/node/index.js"))};
    const rolldownOptions = { input: process.argv[2], preserveEntrySignatures: "strict" };
    const { output } = await build({ configFile: false, logLevel: "silent", build: { write: false, rolldownOptions } });
    console.log(output[0].code.length > 5_000 && !/\\bimport\\b/.test(output[0].code.slice(0, 200)));`;
  await writeFile(join(app.folder, "bundle.mjs"), program);
  const bundle = async (name: string) => {
    await writeFile(join(app.folder, "entry.js"), `export * from "${name}";`);
    return run(process.execPath, ["bundle.mjs", join(app.folder, "entry.js")], { cwd: app.folder }).then(
      ({ stdout }) => stdout.trim(),
      ({ stderr }: { stderr: string }) => (/not exported|No known conditions/i.test(stderr) ? "refused" : stderr),
    );
  };
  expect(await bundle("beckon-sdk")).toBe("true");
  expect(await bundle("beckon-sdk/consent-screen")).toBe("true");
  expect(await bundle("beckon-sdk/node-support")).toBe("refused");
});

test("Node loads every entry by its name, and those for React Native do without a browser", async () => {
  const names = ENTRIES.map((name) => (name === "create-beckon" ? "beckon-sdk" : `beckon-sdk/${name}`));
  const load = (flags: string[], wanted: string[]) =>
    run(
      process.execPath,
      [
        ...flags,
        "--input-type=module",
        "--eval",
        `for (const name of ${JSON.stringify(wanted)}) console.log(Object.keys(await import(name)).length > 0);`,
      ],
      { cwd: app.folder },
    );
  expect((await load([], names)).stdout.trim().split("\n")).toEqual(names.map(() => "true"));
  const native = ["beckon-sdk", "beckon-sdk/report-issue", "beckon-sdk/device-logs"];
  expect((await load(["--conditions=react-native"], native)).stdout.trim()).toBe("true\ntrue\ntrue");
  await expect(load(["--conditions=react-native"], ["beckon-sdk/consent-screen"])).rejects.toThrow(
    "ERR_PACKAGE_PATH_NOT_EXPORTED",
  );
});

test("the reference names everything that an app can import", async () => {
  for (const name of ENTRIES) {
    const page = await readFile(inPackage(`docs/${name}.md`), "utf8");
    const entry = name === "create-beckon" ? "beckon-sdk" : `beckon-sdk/${name}`;
    const { stdout } = await run(
      process.execPath,
      ["--input-type=module", "--eval", `console.log(Object.keys(await import("${entry}")).join("\\n"));`],
      { cwd: app.folder },
    );
    for (const exported of stdout.trim().split("\n"))
      expect(page, name).toMatch(new RegExp(`^### ${exported}$|\\[\`${exported}\`\\]\\(`, "m"));
  }
  expect((await readdir(inPackage("docs"))).length).toBe(ENTRIES.length + 1);
});
