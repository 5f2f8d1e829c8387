import { posix } from "node:path";
import { parseSync, type ESTree } from "vite";
import { type Doc, readDoc } from "./read-doc.ts";

/** A part of an interface or class, as it is declared. */
export interface Member {
  readonly name: string;
  /** Without its docblock. */
  readonly text: string;
  readonly doc: Doc;
}

/** Something that a declaration file declares. */
export interface Declared {
  readonly name: string;
  readonly file: string;
  readonly kind: "function" | "class" | "interface" | "type" | "const";
  /** As it is declared; of interfaces and classes only the first line, for there are members. */
  readonly text: string;
  readonly doc: Doc;
  readonly members: readonly Member[];
  /** Names in it that may be another declaration's. */
  readonly mentions: readonly string[];
}

/** All declarations, and what the names in each file lead to. */
export interface Declarations {
  /** What a file exports, also what it passes on, by the name that it exports. */
  exportsOf(file: string): ReadonlyMap<string, Declared>;
  /** What a name means in a file; undefined for the platform's own, such as `Promise`. */
  resolve(file: string, name: string): Declared | undefined;
}

interface Place {
  readonly file: string;
  readonly name: string;
}

interface Module {
  readonly declared: Map<string, Declared>;
  /** Names from elsewhere. */
  readonly imported: Map<string, Place>;
  readonly exported: Map<string, Place>;
  /** Files of which everything is passed on. */
  readonly passedOn: string[];
}

/** @param texts of declaration files, by name; they name each other as `./NAME.js` @throws Error when one is no TypeScript */
export function readDeclarations(texts: ReadonlyMap<string, string>): Declarations {
  const modules = new Map([...texts].map(([file, text]) => [file, readModule(file, text)]));
  const moduleOf = (file: string): Module => {
    const found = modules.get(file);
    if (!found) throw new Error(`No declarations of ${file}`);
    return found;
  };

  function resolve(file: string, name: string): Declared | undefined {
    const { declared, imported, exported } = moduleOf(file);
    const own = declared.get(name);
    if (own) return own;
    const elsewhere = imported.get(name) ?? exported.get(name);
    return elsewhere && findExport(elsewhere.file, elsewhere.name);
  }

  function findExport(file: string, name: string): Declared | undefined {
    return exportsOf(file).get(name);
  }

  function exportsOf(file: string): Map<string, Declared> {
    const { declared, exported, passedOn } = moduleOf(file);
    const all = new Map<string, Declared>();
    for (const other of passedOn) for (const [name, one] of exportsOf(other)) all.set(name, one);
    for (const [name, place] of exported) {
      const one = place.file === file ? declared.get(place.name) : findExport(place.file, place.name);
      if (!one) throw new Error(`${file} exports ${name}, which ${place.file} does not declare`);
      all.set(name, one);
    }
    return all;
  }

  return { exportsOf, resolve };
}

function readModule(file: string, text: string): Module {
  const { program, comments, errors } = parseSync(file, text, { lang: "dts", sourceType: "module" });
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join("; ")}`);
  const docBefore = (start: number): Doc => {
    const comment = comments.findLast(({ end }) => end <= start);
    const isItsOwn = comment?.type === "Block" && comment.value.startsWith("*") && isBlank(comment.end, start);
    return readDoc(isItsOwn ? comment.value : "");
  };
  const isBlank = (from: number, to: number) => text.slice(from, to).trim() === "";
  const fileOf = (source: string) => posix.join(posix.dirname(file), source.replace(/\.js$/, ".d.ts"));

  const module: Module = {
    declared: new Map(),
    imported: new Map(),
    exported: new Map(),
    passedOn: [],
  };

  function declare(node: ESTree.Declaration, start: number): void {
    for (const one of readDeclared(file, text, node, docBefore(start), docBefore)) module.declared.set(one.name, one);
  }

  for (const node of program.body) {
    switch (node.type) {
      case "ImportDeclaration":
        for (const each of node.specifiers) {
          const name = each.type === "ImportSpecifier" ? nameOf(each.imported) : each.local.name;
          module.imported.set(each.local.name, { file: fileOf(node.source.value), name });
        }
        break;
      case "ExportAllDeclaration":
        module.passedOn.push(fileOf(node.source.value));
        break;
      case "ExportNamedDeclaration":
        if (node.declaration) {
          const before = module.declared.size;
          declare(node.declaration, node.start);
          for (const name of [...module.declared.keys()].slice(before)) module.exported.set(name, { file, name });
        }
        for (const each of node.specifiers) {
          const place = { file: node.source ? fileOf(node.source.value) : file, name: nameOf(each.local) };
          module.exported.set(nameOf(each.exported), place);
        }
        break;
      default:
        if (isDeclaration(node)) declare(node, node.start);
    }
  }
  return module;
}

function isDeclaration(node: ESTree.Program["body"][number]): node is ESTree.Declaration {
  return /^(TSInterface|TSTypeAlias|TSDeclareFunction|Class|Variable|Function)/.test(node.type);
}

function readDeclared(
  file: string,
  text: string,
  node: ESTree.Declaration,
  doc: Doc,
  docBefore: (start: number) => Doc,
): Declared[] {
  const words = (from: number, to: number) =>
    text
      .slice(from, to)
      .replace(/^declare /, "")
      .replace(/;$/, "")
      .trim();
  const common = { file, doc, mentions: mentionsOf(node) };
  const members = (body: readonly Part[]): Member[] =>
    body.filter(isShown).map((part) => ({
      name: keyOf(part, text),
      text: words(part.start, part.end).replaceAll(/^(readonly |static readonly )/g, ""),
      doc: docBefore(part.start),
    }));
  switch (node.type) {
    case "TSInterfaceDeclaration":
      return [
        {
          ...common,
          name: node.id.name,
          kind: "interface",
          text: words(node.start, node.body.start),
          members: members(node.body.body),
        },
      ];
    case "ClassDeclaration":
      return [
        {
          ...common,
          name: node.id?.name ?? "",
          kind: "class",
          text: words(node.start, node.body.start),
          members: members(node.body.body),
        },
      ];
    case "TSTypeAliasDeclaration":
      return [{ ...common, name: node.id.name, kind: "type", text: words(node.start, node.end), members: [] }];
    case "VariableDeclaration":
      return node.declarations.map((one) => ({
        ...common,
        name: one.id.type === "Identifier" ? one.id.name : "",
        kind: "const",
        text: `const ${words(one.start, one.end)}`,
        members: [],
      }));
    default:
      if (!("id" in node) || node.id?.type !== "Identifier") return [];
      return [{ ...common, name: node.id.name, kind: "function", text: words(node.start, node.end), members: [] }];
  }
}

type Part = ESTree.TSSignature | ESTree.ClassElement;

function isShown(part: Part): boolean {
  if ("accessibility" in part && (part.accessibility === "private" || part.accessibility === "protected")) return false;
  return !("key" in part && part.key?.type === "PrivateIdentifier");
}

function keyOf(part: Part, text: string): string {
  if ("key" in part && part.key) return text.slice(part.key.start, part.key.end);
  return "";
}

function nameOf(node: ESTree.ModuleExportName): string {
  return node.type === "Literal" ? node.value : node.name;
}

/** Names of types in a declaration, each once. */
function mentionsOf(node: object): string[] {
  const found = new Set<string>();
  const look = (at: unknown): void => {
    if (Array.isArray(at)) at.forEach(look);
    else if (typeof at === "object" && at !== null) {
      const { type, name } = at as { type?: unknown; name?: unknown };
      if (type === "Identifier" && typeof name === "string") found.add(name);
      Object.values(at).forEach(look);
    }
  };
  look(node);
  return [...found];
}
