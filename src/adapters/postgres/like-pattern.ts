/** Words as they are for LIKE: Prisma lets % and _ through, and a search for "100%" would find everything. */
export function containing(words: string): string {
  return words.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
