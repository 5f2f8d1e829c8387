import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { SDK_ENTRIES } from "./entries.ts";
import { runTool } from "./run-program.ts";

/** How a declaration names another file: `from "./wire.ts"`, `import("./wire.ts")`. */
const SPECIFIER = /((?:\bfrom|\bimport)\s*\(?\s*["'])(\.[^"']+?)\.ts(["'])/g;

/**
 * The SDK's declarations, as TypeScript makes them: those that the entries reach, and no other.
 *
 * @returns the text of each, by its path in the package's `dist`
 */
export async function buildDeclarations(): Promise<Map<string, string>> {
  const out = await mkdtemp(join(tmpdir(), "beckon-declarations-"));
  try {
    await runTool("tsc", ["-p", "tsconfig.sdk.json", "--outDir", out]);
    const found = new Map<string, string>();
    const waiting = SDK_ENTRIES.map(({ file }) => file);
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (found.has(`${name}.d.ts`)) continue;
      const text = await readFile(join(out, "sdk", `${name}.d.ts`), "utf8");
      // With `.js` every way to resolve finds the declaration beside it, also where `.ts` may not be named.
      found.set(`${name}.d.ts`, text.replaceAll(SPECIFIER, "$1$2.js$3"));
      for (const [, , path = ""] of text.matchAll(SPECIFIER)) waiting.push(posix.join(posix.dirname(name), path));
    }
    return found;
  } finally {
    await rm(out, { recursive: true });
  }
}
