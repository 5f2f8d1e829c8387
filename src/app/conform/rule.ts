import type { Desk } from "./desk.ts";
import type { DeviceCall } from "./device-routes.ts";
import type { CallEntry, NoteEntry, SaidEntry, UploadEntry } from "./journal.ts";
import type { Note } from "./scenario.ts";

/**
 * What a rule finds in what happened so far. Undefined: nothing has happened yet that it is about. `owes`: the app has to do
 * something that it has not done; wrong if the scenario ends so.
 */
export type Finding = undefined | "kept" | { readonly owes: string } | { readonly wrong: string };

/** One thing that must be true of every app. */
export interface Rule {
  /** What is right, for people who write the app. */
  readonly right: string;
  readonly look: (story: Desk) => Finding;
}

/** Calls about the scenario's request, of these kinds, as they were answered. */
export function callsOf({ journal, request }: Desk, ...names: readonly DeviceCall[]): CallEntry[] {
  return journal.entries.filter(
    (entry): entry is CallEntry =>
      entry.kind === "call" &&
      entry.name !== undefined &&
      names.includes(entry.name) &&
      (entry.id === undefined ||
        entry.id === request.id ||
        entry.name.endsWith("Installation") ||
        entry.name === "testPush"),
  );
}

export function uploadsOf({ journal, request }: Desk): UploadEntry[] {
  return journal.entries.filter(
    (entry): entry is UploadEntry => entry.kind === "upload" && entry.requestId === request.id,
  );
}

/** When this was noted first; undefined when never. */
export function notedAt({ journal }: Desk, note: Note): number | undefined {
  return journal.entries.find((entry): entry is NoteEntry => entry.kind === "note" && entry.note === note)?.ended;
}

/** What the person at the device said about a rule. */
export function personSays(rule: string): Rule["look"] {
  return ({ journal }) => {
    const said = journal.entries.filter((entry): entry is SaidEntry => entry.kind === "said" && entry.rule === rule);
    if (said.length === 0) return undefined;
    const no = said.find(({ yes }) => !yes);
    return no ? { wrong: `"${no.question}" was answered no.` } : "kept";
  };
}

export function isOk({ status }: { readonly status: number }): boolean {
  return status >= 200 && status < 300;
}

/** `app.log`, as the consent names it. */
export function fileName({ request }: Desk, fileId: string): string {
  return request.files.find(({ id }) => id === fileId)?.name ?? fileId;
}

/** What the app told of a file in `:complete`, first to last. */
export function outcomesOf(story: Desk, fileId: string): { readonly outcome: string; readonly began: number }[] {
  return callsOf(story, "completeUploads").flatMap(({ body, began }) => {
    const { files = [] } = (body ?? {}) as { files?: { fileId: string; outcome: string }[] };
    return Array.isArray(files)
      ? files.filter((file) => file.fileId === fileId).map(({ outcome }) => ({ outcome, began }))
      : [];
  });
}
