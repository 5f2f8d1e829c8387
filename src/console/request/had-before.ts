import type { LogFile, TimelineEntry } from "#console/api/shapes.ts";

/** Somebody who had files before their user took them back. */
export interface HadBefore {
  /** Undefined: another ticket system had them, and whoever reads there. */
  readonly agentId: string | undefined;
  readonly fileNames: readonly string[];
  /** When they had one of them last. */
  readonly at: string;
}

export function isTakenBack(file: LogFile): boolean {
  return file.reason === "withdrawn";
}

/** As the server tells the user: who read a file, got a download link of it, or put its bytes onto another system's item. */
function gaveBytes({ type, data }: TimelineEntry): boolean {
  if (type === "connection.fileAdded") return data["shownAs"] === "attachment";
  return type === "file.read" || type === "file.downloadLinkCreated";
}

/** Who had which of the files that were taken back, by the ticket's timeline; who had one last stands first. */
export function whoHadBefore(files: readonly LogFile[], entries: readonly TimelineEntry[]): HadBefore[] {
  const names = new Map(files.filter(isTakenBack).map(({ id, name }) => [id, name]));
  const had = entries.filter((entry) => gaveBytes(entry) && names.has(entry.fileId ?? ""));
  const byAgent = Map.groupBy(had, ({ actor }) => (actor.kind === "agent" ? actor.id : undefined));
  return [...byAgent]
    .map(([agentId, facts]) => ({
      agentId,
      fileNames: [...new Set(facts.map(({ fileId }) => names.get(fileId ?? "") ?? ""))],
      at: facts.reduce((latest, { at }) => (at > latest ? at : latest), ""),
    }))
    .toSorted((one, other) => other.at.localeCompare(one.at));
}
