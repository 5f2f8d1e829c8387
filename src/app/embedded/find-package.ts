import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder of an npm package whose programs are run and not imported; undefined when it is not installed.
 *
 * Looked for as Node does, upwards from here: import.meta.resolve does not exist under the test runner.
 */
export function findPackage(name: string): string | undefined {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return realpathSync(folder);
    if (at === dirname(at)) return undefined;
  }
}
