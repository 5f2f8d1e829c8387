import { readFile } from "node:fs/promises";
import { buildDeclarations } from "../sdk/build-declarations.ts";
import { importName, SDK_ENTRIES, SDK_NAME, type SdkEntry } from "../sdk/entries.ts";
import { type Declarations, type Declared, readDeclarations } from "../sdk/read-declarations.ts";
import { renderDeclared } from "../sdk/render-declared.ts";
import { readDoc } from "../sdk/read-doc.ts";
import type { Generator } from "../generate.ts";

/** docs/sdk: what the SDK's declarations and their docblocks say, a page an entry. */
export const sdkReference: Generator = {
  name: "SDK reference",
  source: "src/sdk",
  owns: "docs/sdk",
  async generate() {
    const about = new Map<string, string>();
    for (const { file } of SDK_ENTRIES) about.set(file, await readAbout(`src/sdk/${file}.ts`));
    return renderReference(readDeclarations(await buildDeclarations()), about);
  },
};

/** What the docblock at the top of an entry says; the declarations do not keep it. */
async function readAbout(file: string): Promise<string> {
  const [, comment] = /^\/\*\*([\s\S]*?)\*\//.exec(await readFile(file, "utf8")) ?? [];
  if (comment === undefined) throw new Error(`${file} does not begin with a docblock that says what it is`);
  return readDoc(comment).says;
}

interface Page {
  readonly entry: SdkEntry;
  readonly about: string;
  readonly exported: readonly string[];
  /** What the exports name and nobody exports: an app meets it, and cannot import it. */
  readonly named: readonly Declared[];
}

function renderReference(declarations: Declarations, about: ReadonlyMap<string, string>): Map<string, string> {
  /** The page on which each is described: the first that exports it, else the first that names it. */
  const home = new Map<Declared, Page>();
  const pages = SDK_ENTRIES.map((entry): Page => {
    const exports = [...declarations.exportsOf(`${entry.file}.d.ts`)].map(([name, declared]) => ({ name, declared }));
    const named: Declared[] = [];
    const page = { entry, about: about.get(entry.file) ?? "", exported: exports.map(({ name }) => name), named };
    for (const { declared } of exports) if (!home.has(declared)) home.set(declared, page);
    return page;
  });
  for (const page of pages) {
    const waiting = [...home].filter(([, on]) => on === page).map(([declared]) => declared);
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      for (const name of next.mentions) {
        const declared = declarations.resolve(next.file, name);
        if (!declared || home.has(declared)) continue;
        home.set(declared, page);
        (page.named as Declared[]).push(declared);
        waiting.push(declared);
      }
    }
  }
  const files = new Map(pages.map((page) => [`docs/sdk/${page.entry.file}.md`, renderPage(page, declarations, home)]));
  return files.set("docs/sdk/README.md", renderIndex(pages));
}

const MADE = "Made from the docblocks under `src/sdk` by `npm run generate`. Change them there.";

function renderIndex(pages: readonly Page[]): string {
  return [
    `# ${SDK_NAME}: the reference`,
    "",
    MADE,
    "",
    "| import | what | exports |",
    "|---|---|---|",
    ...pages.map(({ entry, about, exported }) => {
      const functions = exported.filter((name) => /^[a-z]/.test(name)).map((name) => `\`${name}\``);
      return `| [\`${importName(entry)}\`](${entry.file}.md) | ${about.replaceAll("\n\n", " ")} | ${functions.join(", ")} |`;
    }),
    "",
  ].join("\n");
}

const SECTIONS: readonly (readonly [string, readonly Declared["kind"][]])[] = [
  ["Functions", ["function", "const"]],
  ["Classes", ["class"]],
  ["Types", ["interface", "type"]],
];

function renderPage(page: Page, declarations: Declarations, home: ReadonlyMap<Declared, Page>): string {
  const { entry, about, named } = page;
  const exports = [...declarations.exportsOf(`${entry.file}.d.ts`)];
  const own = exports.filter(([, declared]) => home.get(declared) === page).map(([, declared]) => declared);
  const others = exports.filter(([, declared]) => home.get(declared) !== page);
  const link = ([name, declared]: readonly [string, Declared]) =>
    `[\`${name}\`](${home.get(declared)?.entry.file ?? ""}.md#${declared.name.toLowerCase()})`;
  return [
    `# ${importName(entry)}`,
    "",
    MADE,
    "",
    about,
    "",
    ...(others.length > 0 ? [`Also exported here: ${others.map(link).join(", ")}.`, ""] : []),
    ...SECTIONS.flatMap(([title, kinds]) =>
      renderSection(
        title,
        own.filter(({ kind }) => kinds.includes(kind)),
      ),
    ),
    ...renderSection("Named by these, and not exported", named),
  ].join("\n");
}

function renderSection(title: string, declared: readonly Declared[]): string[] {
  if (declared.length === 0) return [];
  const inOrder = declared.toSorted((one, other) => one.name.localeCompare(other.name, "en"));
  return [`## ${title}`, "", ...inOrder.flatMap(renderDeclared)];
}
