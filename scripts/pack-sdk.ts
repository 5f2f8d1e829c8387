/**
 * `node scripts/pack-sdk.ts [folder]`: makes the SDK's npm package, `beckon-sdk-VERSION.tgz`, in that folder (`dist` unless
 * given). What is in it is what would be published: built files, their declarations, the API reference, no sources.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { buildDeclarations } from "./sdk/build-declarations.ts";
import { SDK_ENTRIES, SDK_NAME, type SdkEntry } from "./sdk/entries.ts";
import { ROOT, runProgram, runTool } from "./sdk/run-program.ts";

/** Makes the tarball in `folder`, which is created. @returns its path @throws Error with what a failing program said */
export async function packSdk(folder: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), "pack-sdk-"));
  try {
    const dist = join(work, "dist");
    await runTool("vite", ["build", "--config", "vite.sdk.config.ts", "--outDir", dist, "--logLevel", "warn"]);
    for (const [name, text] of await buildDeclarations()) {
      await mkdir(dirname(join(dist, name)), { recursive: true });
      await writeFile(join(dist, name), text);
    }
    await cp(join(ROOT, "docs/sdk"), join(work, "docs"), { recursive: true });
    await cp(join(ROOT, "LICENSE"), join(work, "LICENSE"));
    const readme = await readFile(join(ROOT, "src/sdk/README.md"), "utf8");
    await writeFile(join(work, "README.md"), readme.replaceAll("](../../docs/sdk/", "](docs/"));
    await writeFile(join(work, "package.json"), `${JSON.stringify(await manifest(), null, 2)}\n`);
    await mkdir(folder, { recursive: true });
    const name = await runProgram("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], work);
    return join(folder, name.trim());
  } finally {
    await rm(work, { recursive: true });
  }
}

async function manifest(): Promise<object> {
  const { version, license } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as Record<string, string>;
  return {
    name: SDK_NAME,
    version,
    description: "Lets an app answer support's request for logs, with its user's consent, and report issues with them.",
    license,
    type: "module",
    sideEffects: false,
    // For bundlers that do not read `exports`.
    main: "./dist/create-beckon.js",
    types: "./dist/create-beckon.d.ts",
    exports: {
      ...Object.fromEntries(SDK_ENTRIES.map((entry) => [entry.path, conditions(entry)])),
      "./package.json": "./package.json",
    },
    files: ["dist", "docs"],
  };
}

/**
 * The first that fits is taken; null, or none, is "not here", said when the app is built. Not every bundler heeds a null, so
 * what is for Node alone names nothing else.
 */
function conditions({ file, runsIn }: SdkEntry): Record<string, string | null> {
  const [types, code] = [`./dist/${file}.d.ts`, `./dist/${file}.js`];
  switch (runsIn) {
    case "everything":
      return { types, "react-native": code, browser: code, node: code, default: code };
    case "web":
      // Servers that render pages load it too.
      return { types, "react-native": null, browser: code, default: code };
    case "node":
      return { types, node: code };
  }
}

if (import.meta.main) {
  const tarball = await packSdk(resolve(process.argv[2] ?? "dist"));
  console.log(`${tarball}\nInstall it in your app: npm install ${tarball}`);
}
