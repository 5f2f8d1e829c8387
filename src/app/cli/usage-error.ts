/** What a person wrote wrong on the command line, and what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
