/** No index of PostgreSQL takes longer ones, and nobody types them. */
const MAX_WORD_LENGTH = 200;
const PHONE_NUMBER = /^[+\d][\d\s().\-/]*$/;

/** The words by whose beginnings a person is found: whole, in their parts, and phone numbers without their dashes. */
export function searchWords(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => {
    const lower = text.toLowerCase().trim();
    return [
      ...(PHONE_NUMBER.test(lower) ? [digits(lower)] : []),
      ...lower.split(/\s+/),
      ...lower.split(/[^\p{Letter}\p{Number}]+/u),
    ];
  });
  return [...new Set(words)].filter((word) => word !== "").map((word) => word.slice(0, MAX_WORD_LENGTH));
}

/** A tsquery that asks for every word that was typed, each as the beginning of one; undefined when nothing was typed. */
export function prefixQuery(typed: string): string | undefined {
  const lower = typed.toLowerCase().trim();
  const words = PHONE_NUMBER.test(lower) ? [digits(lower)] : lower.split(/\s+/);
  const terms = words
    .filter((word) => word !== "")
    .map((word) => `'${word.slice(0, MAX_WORD_LENGTH).replaceAll("\\", "\\\\").replaceAll("'", "''")}':*`);
  return terms.length === 0 ? undefined : terms.join(" & ");
}

function digits(phone: string): string {
  return phone.replaceAll(/\D/g, "");
}
