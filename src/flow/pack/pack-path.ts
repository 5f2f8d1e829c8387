import type { LogFile } from "#domain/log-file.ts";

/** A file's name in most file systems may have 255 bytes; a number may be added. */
const NAME_BYTES_AT_MOST = 200;
/** What Windows takes for a device, whatever its ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** What came with a request, with a report, and in a zip whose manifest holds. */
const FOLDERS = { request: "request", report: "report", agent_upload: "export" } as const;

/** Gives each file of a pack a path that every system can unpack, and no path twice. */
export function createPackPaths(): (
  file: Pick<LogFile, "ownerKind" | "ownerId" | "collector" | "name" | "unproven">,
) => string {
  const taken = new Set<string>();
  return ({ ownerKind, ownerId, collector, name, unproven }) => {
    const folder = `${unproven ? "unproven" : FOLDERS[ownerKind]}-${ownerId}/${collector}`;
    // What Windows refuses, and what other systems take for a folder. Marks that turn the text's direction hide an ending.
    const safe = name
      .replace(/[\p{Cc}\p{Cf}\p{Cs}<>:"/\\|?*]/gu, "_")
      .replace(/[. ]+$|^\.+/g, "_")
      .replace(RESERVED, "_$1");
    const dot = safe.lastIndexOf(".");
    const [stem, ending] = dot > 0 && safe.length - dot <= 16 ? [safe.slice(0, dot), safe.slice(dot)] : [safe, ""];
    for (let number = 1; ; number++) {
      const path = `${folder}/${cut(stem, ending)}${number === 1 ? "" : `-${number}`}${ending}`;
      // Two that differ by case alone are one file on Windows and macOS.
      const folded = path.normalize("NFC").toLowerCase();
      if (taken.has(folded)) continue;
      taken.add(folded);
      return path;
    }
  };
}

function cut(stem: string, ending: string): string {
  const encoder = new TextEncoder();
  let room = NAME_BYTES_AT_MOST - encoder.encode(ending).length;
  let kept = "";
  for (const character of stem) {
    room -= encoder.encode(character).length;
    if (room < 0) break;
    kept += character;
  }
  return kept || "_";
}
