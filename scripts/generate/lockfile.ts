import { readFile } from "node:fs/promises";
import type { Generator } from "../generate.ts";

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

const OS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const CPU = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/**
 * The lockfile with an entry for every platform's variant of a package. npm leaves out a variant that its registry (often a
 * partial mirror) does not have, and `npm ci` then refuses the lockfile as out of step, on every platform.
 */
export const lockfile: Generator = {
  name: "Lockfile",
  source: "package.json",
  owns: "package-lock.json",
  async generate() {
    const text = await readFile("package-lock.json", "utf8");
    const lock = JSON.parse(text) as { packages: Record<string, Entry> };
    const missing = missingVariants(lock.packages);
    if (Object.keys(missing).length === 0) return new Map([["package-lock.json", text]]);
    const entries = Object.entries({ ...lock.packages, ...missing });
    const packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, "en")));
    return new Map([["package-lock.json", `${JSON.stringify({ ...lock, packages }, null, 2)}\n`]]);
  },
};

/** Entries for optional dependencies that are named, with an exact version, and stand nowhere in the lockfile. */
export function missingVariants(packages: Record<string, Entry>): Record<string, Entry> {
  const names = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  const missing: Record<string, Entry> = {};
  for (const entry of Object.values(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!names.has(name) && /^\d/.test(version)) missing[`node_modules/${name}`] = variant(name, version, entry);
    }
  }
  return missing;
}

/** Which platform a variant is for stands in its name: `@oxlint/binding-linux-arm64-gnu`. */
function variant(name: string, version: string, { dev }: Entry): Entry {
  const words = name.replaceAll(/\b(?:armhf|arm-\w*eabi\w*)\b/g, "arm").split(/[-/]/);
  const os = OS.filter((word) => words.includes(word));
  const cpu = CPU.filter((word) => words.includes(word));
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...(dev && { dev }),
    optional: true,
    ...(os.length > 0 && { os }),
  };
}
