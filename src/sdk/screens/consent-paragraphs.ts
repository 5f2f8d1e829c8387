/** A piece of the registered text: words as they are, or a placeholder. */
export type Part = { readonly words: string } | { readonly placeholder: string };

/** A sentence or more, with the label that it begins with (`Why:`), if it has one. */
export interface Fact {
  readonly label: string | undefined;
  readonly parts: readonly Part[];
}

export interface Paragraph {
  readonly facts: readonly Fact[];
  has(placeholder: string): boolean;
}

/** A few words and a colon, at the start or after a sentence's end. Never with a placeholder: what stands there is data. */
const LABEL = /(^|[.!?。؟]\s+)([^\s{}:：.!?][^{}:：.!?\n]{0,48}[:：])(?=\s)/gu;

/**
 * Takes a registered consent text apart so that it can be laid out, without changing a letter: labels, words and
 * placeholders in their order are the paragraph again.
 *
 * @param text as registered, its placeholders unfilled
 */
export function consentParagraphs(text: string): readonly Paragraph[] {
  return text
    .split(/\n[^\S\n]*\n\s*/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => ({
      facts: factsOf(paragraph),
      has: (placeholder) => paragraph.includes(`{${placeholder}}`),
    }));
}

function factsOf(paragraph: string): Fact[] {
  const labels = [...paragraph.matchAll(LABEL)].map(({ index, 1: before = "", 2: label = "" }) => ({
    at: index + before.length,
    label,
  }));
  if (labels[0]?.at !== 0) labels.unshift({ at: 0, label: "" });
  return labels.map(({ at, label }, index) => ({
    label: label || undefined,
    parts: partsOf(paragraph.slice(at + label.length, labels[index + 1]?.at)),
  }));
}

function partsOf(words: string): Part[] {
  return words
    .split(/(\{\w+\})/)
    .filter((piece) => piece !== "")
    .map((piece) => (/^\{\w+\}$/.test(piece) ? { placeholder: piece.slice(1, -1) } : { words: piece }));
}
