/** How deep objects are looked into, how many of their members are written, and how long all of it may be. */
const DEPTH = 4;
const MEMBERS = 40;
const LENGTH = 4_000;

/**
 * A logged value as text: strings as they are, errors with their stack, objects as JSON would write them, as far as they are
 * small. It looks at no more of a value than it writes, and never throws, whatever getters and proxies do.
 */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return value;
  const path: unknown[] = [];
  let left = LENGTH;

  function spend(text: string): string {
    left -= text.length;
    return text;
  }

  function write(given: unknown): string {
    if (left <= 0) return "…";
    if (typeof given === "string") return spend(JSON.stringify(given.slice(0, left)));
    if (given instanceof Error) return spend((given.stack ?? String(given)).slice(0, left));
    if (typeof given !== "object" || given === null) return spend(String(given));
    if (path.includes(given)) return spend("[circular]");
    if (path.length >= DEPTH) return spend("…");
    if (given instanceof Date) return spend(String(given.getTime()));
    path.push(given);
    const isList = Array.isArray(given);
    const keys = isList ? given.slice(0, MEMBERS + 1).map((_, index) => index) : Object.keys(given);
    const members: string[] = [];
    for (const key of keys) {
      if (members.length >= MEMBERS || left <= 0) {
        members.push("…");
        break;
      }
      const name = isList ? "" : `${spend(JSON.stringify(key))}:`;
      members.push(name + write((given as Record<string | number, unknown>)[key]));
    }
    path.pop();
    return isList ? `[${members.join(",")}]` : `{${members.join(",")}}`;
  }

  try {
    return write(value);
  } catch {
    return "[unreadable]";
  }
}
