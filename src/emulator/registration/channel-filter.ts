import { HubError } from "#emulator/hub/hub-error.ts";
import { PLATFORMS } from "#emulator/hub/platforms.ts";
import type { Registration } from "#emulator/hub/registration.ts";

const HANDLE_ELEMENTS = new Set(PLATFORMS.flatMap((platform) => platform.handleElements));

// The SDK leaves out the opening quotation mark of BaiduChannelId, so both marks may be missing.
const CLAUSE = /^\s*(\w+)\s+eq\s+'?(.*?)'?\s*$/s;

/**
 * Reads the `$filter` of a list by channel: handle elements compared with `eq` and joined with `and`, as SDKs write it.
 *
 * @returns which registrations are meant.
 * @throws HubError 400 for any other query (documented words).
 */
export function parseChannelFilter(filter: string): (registration: Registration) => boolean {
  const clauses = filter.split(/\s+and\s+(?=\w+\s+eq\s)/i).map((clause) => {
    const [, name = "", quoted = ""] = CLAUSE.exec(clause) ?? [];
    if (!HANDLE_ELEMENTS.has(name) || quoted === "")
      throw new HubError(400, `We do not support this query: '${filter}'`);
    return { name, values: spellings(quoted.replaceAll("''", "'")) };
  });
  return (registration) => clauses.every(({ name, values }) => holds(registration, name, values));
}

/** The SDK percent-encodes channel URIs and endpoints once more than the query needs; a handle may hold an escape of its own. */
function spellings(value: string): string[] {
  const all = [value, value.toUpperCase()];
  try {
    all.push(decodeURIComponent(value));
  } catch {
    // Not percent-encoded, then: a bare "%" stands in it.
  }
  return all;
}

function holds(
  { platform, handle, handleParts = [handle] }: Registration,
  name: string,
  values: readonly string[],
): boolean {
  // .NET asks by ChannelUri whatever the platform, and is answered (recorded).
  if (name === "ChannelUri") return isOneOf(handle, values, platform.name === "apple");
  const part = handleParts[platform.handleElements.indexOf(name)];
  return part !== undefined && isOneOf(part, values, platform.name === "apple");
}

function isOneOf(handle: string, [asWritten, inUpperCase, decoded]: readonly string[], isApple: boolean): boolean {
  return handle === asWritten || handle === decoded || (isApple && handle === inUpperCase);
}
