import type { Declared, Member } from "./read-declarations.ts";
import type { Doc } from "./read-doc.ts";

const COMMENT = /\/\*\*[\s\S]*?\*\/\s*/g;

/** One declaration as Markdown: its name as the heading, what it says, its code, and each of its members. */
export function renderDeclared({ name, kind, text, doc, members }: Declared): string[] {
  const hasMembers = kind === "interface" || kind === "class";
  return [
    `### ${name}`,
    "",
    ...(doc.says ? [doc.says, ""] : []),
    // An interface that builds on none says nothing that its heading does not.
    ...(hasMembers && !/\bextends\b|</.test(text) ? [] : ["```ts", text, "```", ""]),
    ...renderTags(doc),
    ...members.flatMap(renderMember),
    ...(members.length > 0 ? [""] : []),
  ];
}

function renderTags({ params, returns, throws }: Doc): string[] {
  const lines = [
    ...params.map(({ name, says }) => `- \`${name}\`: ${says}`),
    ...(returns === undefined ? [] : [`- Returns ${returns}`]),
    ...throws.map((says) => `- Throws ${says}`),
  ];
  return lines.length > 0 ? [...lines, ""] : [];
}

/** A line, and below it what more there is to say. */
function renderMember({ text, doc }: Member): string[] {
  const code = text.replaceAll(COMMENT, "").replaceAll(/\s+/g, " ");
  const more = [
    ...doc.params.map(({ name, says }) => `\`${name}\`: ${says}`),
    ...(doc.returns === undefined ? [] : [`Returns ${doc.returns}`]),
    ...doc.throws.map((says) => `Throws ${says}`),
    ...innerDocs(text),
  ];
  const says = doc.says.replaceAll("\n\n", " ");
  return [`- \`${code}\`${says ? `: ${says}` : ""}`, ...more.map((line) => `  - ${line}`)];
}

/** What is said inside of a member: of the options that it takes. */
function innerDocs(text: string): string[] {
  return [...text.matchAll(/\/\*\*\s*([\s\S]*?)\s*\*\/\s*(?:readonly )?([\w$]+)/g)].map(
    ([, says = "", name = ""]) => `\`${name}\`: ${says.replaceAll(/\s*\n\s*\*\s*/g, " ")}`,
  );
}
