/** What a docblock says, in its parts. */
export interface Doc {
  readonly says: string;
  readonly params: readonly { readonly name: string; readonly says: string }[];
  readonly returns?: string;
  readonly throws: readonly string[];
}

/** Only tags that are ours: `@azure/logger` in a sentence is none. */
const TAG = /(?:^|\s)@(param|returns|throws)\s+/;

/** Reads a docblock, with or without its `/**`. Lines flow together; an empty one begins a paragraph. */
export function readDoc(comment: string): Doc {
  const text = comment
    .replace(/^\/?\*+/, "")
    .replace(/\*+\/$/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
  const [says = "", ...tagged] = text.split(TAG);
  const params: { name: string; says: string }[] = [];
  const throws: string[] = [];
  let returns: string | undefined;
  for (let at = 0; at + 1 < tagged.length; at += 2) {
    const [tag, content] = [tagged[at], flow(tagged[at + 1] ?? "")];
    const [name = "", ...rest] = content.split(" ");
    if (tag === "param") params.push({ name, says: rest.join(" ") });
    else if (tag === "throws") throws.push(content);
    else returns = content;
  }
  return { says: flow(says), params, throws, ...(returns !== undefined && { returns }) };
}

function flow(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, " ").trim())
    .filter(Boolean)
    .join("\n\n");
}
