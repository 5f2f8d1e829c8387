/**
 * What Azure DevOps' work item JSON holds of what we need, and the JSON Patch that changes it. Reference: Work Items - Create,
 * Update, Get Work Item (api-version 7.1), https://learn.microsoft.com/rest/api/azure/devops/wit/work-items.
 */
import type { TicketState } from "#domain/vocabulary.ts";
import type { ItemChange, ItemDraft, ItemPart, OutsideItem } from "#ports/ticket-connector.ts";
import { toHtml } from "./to-html.ts";

export interface PatchOperation {
  readonly op: "add" | "remove" | "test";
  readonly path: string;
  readonly value?: unknown;
}

/** System.Title takes 255 characters. */
const MAX_TITLE_CHARS = 255;
const ATTACHMENT_ID = /\/attachments\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i;

/** How a draft's title begins: by these words an item is searched, and by its hyperlink it is known. */
export function titlePrefix({ number }: Pick<ItemDraft, "number">): string {
  return `Beckon ${number}:`;
}

/** The body of Work Items - Create. */
export function draftPatch(
  draft: ItemDraft,
  { areaPath, words }: { readonly areaPath: string | undefined; readonly words: DraftWords },
): PatchOperation[] {
  const title = `${titlePrefix(draft)} ${draft.subject}`;
  const cut = title.length > MAX_TITLE_CHARS ? `${title.slice(0, MAX_TITLE_CHARS - 1)}…` : title;
  const field = (name: string, value: string): PatchOperation => ({ op: "add", path: `/fields/${name}`, value });
  return [
    // Cut or not: half a sign is no text that goes into JSON.
    field("System.Title", cut.toWellFormed()),
    field("System.Description", toHtml(describeDraft(draft, words))),
    ...(areaPath === undefined ? [] : [field("System.AreaPath", areaPath)]),
    addRelation({ shownAs: "hyperlink", ref: draft.webUrl, note: words.ticket }),
  ];
}

export interface DraftWords {
  readonly ticket: string;
  readonly calls: string;
}

function describeDraft({ description, callIds, webUrl }: ItemDraft, { ticket, calls }: DraftWords) {
  return [
    ...(description === "" ? [] : [{ text: description }]),
    ...(callIds.length === 0 ? [] : [{ text: `${calls}: ${callIds.join(", ")}` }]),
    { text: ticket, url: webUrl },
  ];
}

/**
 * The body of Work Items - Update: on the revision that was read and no other, so that it lands once however often it arrives.
 * What is removed goes from the last to the first, because each removal moves those behind it.
 */
export function changePatch(
  item: OutsideItem,
  { add = [], remove = [], comments = [], state }: ItemChange,
  states: Readonly<Partial<Record<TicketState, string>>>,
): PatchOperation[] {
  const gone = remove
    .map((ref) => item.refs.findIndex((there) => isSameRef(there, ref)))
    .filter((index) => index >= 0)
    .toSorted((a, b) => b - a);
  const stateThere = state === undefined ? undefined : states[state];
  return [
    { op: "test", path: "/rev", value: item.version },
    ...[...new Set(gone)].map((index): PatchOperation => ({ op: "remove", path: `/relations/${index}` })),
    ...add.map(addRelation),
    ...(comments.length === 0 ? [] : [{ op: "add", path: "/fields/System.History", value: toHtml(comments) } as const]),
    ...(stateThere === undefined ? [] : [{ op: "add", path: "/fields/System.State", value: stateThere } as const]),
  ];
}

function addRelation({ shownAs, ref, note }: ItemPart): PatchOperation {
  const rel = shownAs === "attachment" ? "AttachedFile" : "Hyperlink";
  return { op: "add", path: "/relations/-", value: { rel, url: ref, attributes: { comment: note.toWellFormed() } } };
}

/** An attachment is known by its id, wherever its address leads and whatever name that carries; a hyperlink by its address. */
export function isSameRef(one: string, other: string): boolean {
  const id = attachmentId(one);
  return id === undefined ? one === other && one !== "" : id === attachmentId(other);
}

/** Lower case; undefined when it is no attachment's address. */
export function attachmentId(ref: string): string | undefined {
  return ATTACHMENT_ID.exec(ref)?.[1]?.toLowerCase();
}

/** @returns undefined when that is no work item */
export function readWorkItem(
  json: unknown,
  webUrlOf: (id: string, project: string | undefined) => string,
): OutsideItem | undefined {
  if (!isObject(json) || !Number.isSafeInteger(json["id"]) || !Number.isSafeInteger(json["rev"])) return undefined;
  const id = String(json["id"]);
  const project = isObject(json["fields"]) ? json["fields"]["System.TeamProject"] : undefined;
  const relations = Array.isArray(json["relations"]) ? json["relations"].filter(isObject) : [];
  const refs = relations.map(({ rel, url }) =>
    (rel === "AttachedFile" || rel === "Hyperlink") && typeof url === "string" ? url : "",
  );
  return {
    id,
    url: webUrlOf(id, typeof project === "string" ? project : undefined),
    version: json["rev"] as number,
    refs,
    attachments: relations.filter(({ rel }) => rel === "AttachedFile").length,
    holds: (ref) => refs.some((there) => isSameRef(there, ref)),
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
