import { fileFact, type Fact, type FactType } from "#domain/facts.ts";
import type { LogFile } from "#domain/log-file.ts";
import type { FileConnection } from "#domain/ticket-connection.ts";
import type { Actor } from "#domain/vocabulary.ts";
import { CONNECTOR_TEXTS, type ConnectorTexts } from "#messages/connector-texts.ts";
import type { TimelineRow } from "#ports/store.ts";
import type { OutsideItem, TicketConnector } from "#ports/ticket-connector.ts";
import { done, Refused, type Attempt } from "./attempt.ts";
import { changeItem, commentUrl, resolveDoubt } from "./change-item.ts";
import type { Connected } from "./connect-deps.ts";

const ACTOR: Actor = { kind: "system", id: "connect-ticket" };

/** Facts that the item's history hears of. */
const TOLD = [
  "ticket.updated",
  "request.consented",
  "request.declined",
  "request.cancelled",
  "request.expired",
  "request.linked",
  "request.rejected",
  "request.withdrawn",
  "report.created",
  "report.rejected",
  "report.withdrawn",
  "agentUpload.created",
  "file.deleted",
] as const satisfies readonly FactType[];

/** One change tells at most this; the rest follows at once. */
const AT_ONCE = 50;

/**
 * Takes what is no longer linked off the item, and tells its history what happened since it was last told.
 *
 * @returns the item as it is now, and whether there is more to tell
 * @throws Refused
 */
export async function tellWhatHappened(
  attempt: Attempt,
  given: OutsideItem,
  deps: Connected,
): Promise<{ readonly item: OutsideItem; readonly more: boolean }> {
  const { store, connector, connectorLocale } = deps;
  await resolveDoubt(attempt, given, deps);
  const { ticketId } = attempt.connection();
  const { rows, more } = await store.connections.untold(attempt.connection(), TOLD, AT_ONCE);
  const { files, connections } = await readFiles(deps, ticketId);
  const texts = CONNECTOR_TEXTS[connectorLocale];
  // Of a file that never came so far there is nothing to tell.
  const known = new Set(connections.map(({ fileId }) => fileId));
  const said = rows.flatMap((row) => {
    const text = wordsOf(row.fact, { files: files.filter(({ id }) => known.has(id)), texts, connector });
    return text === undefined ? [] : [{ text, url: commentUrl(deps, ticketId, row.cursor), cursor: row.cursor }];
  });
  const until = said.at(-1)?.cursor;
  const gone = connections.filter(({ fileId, state }) => state !== "removed" && !isLinked(files, fileId));
  const item = await changeItem(
    attempt,
    given,
    deps,
    (standing, { toldUntil }) => {
      const comments = toldUntil === until ? [] : said.map(({ text, url }) => ({ text, url }));
      const remove = gone.filter(({ ref }) => standing.holds(ref)).map(({ ref }) => ref);
      return comments.length + remove.length === 0 ? undefined : { comments, remove };
    },
    until,
  );
  // Past what needs no words as well, so that it is not read in every attempt.
  const last = rows.at(-1)?.cursor;
  if (last !== undefined) await attempt.note((connection) => ({ ...connection, toldUntil: last }));
  for (const file of gone) await settleRemoved(attempt, file, deps);
  return { item, more };
}

/**
 * Gives the item the state that the ticket has, where it has one for it.
 *
 * @returns why it would not take it, if so: the process there may not allow every step, and nothing waits for this one
 * @throws Refused
 */
export async function tellState(attempt: Attempt, item: OutsideItem, deps: Connected): Promise<string | undefined> {
  const { store, connector } = deps;
  const { ticketId, toldState } = attempt.connection();
  const ticket = await store.tickets.find(ticketId);
  if (!ticket || ticket.state === toldState) return undefined;
  const { state } = ticket;
  let reason: string | undefined;
  if (connector.takesState(state)) {
    try {
      await changeItem(attempt, item, deps, () => ({ state }));
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.kind !== "never") throw error;
      reason = error.refusal.reason;
    }
  }
  await attempt.note((connection) => ({ ...connection, toldState: state }));
  return reason;
}

/** Off the item by now: has the other system forget the bytes, where it can, and says on the ticket whether it did. */
async function settleRemoved(
  attempt: Attempt,
  connection: FileConnection,
  { store, connector, clock }: Connected,
): Promise<void> {
  await attempt.keep();
  const bytes =
    connection.shownAs === "attachment" ? done(await connector.discard(connection.ref, attempt.signal)) : "none";
  await store.transaction(async (tx) => {
    const file = await tx.files.find(connection.fileId);
    await tx.connections.saveFile({ ...connection, state: "removed" });
    if (!file) return;
    const data = { system: connector.system, bytes };
    await tx.append([fileFact(file, { type: "connection.fileRemoved", at: clock.now(), actor: ACTOR, data })]);
  });
}

export async function readFiles({ store }: Pick<Connected, "store">, ticketId: string) {
  const [files, connections] = await Promise.all([store.files.ofTicket(ticketId), store.connections.filesOf(ticketId)]);
  return { files, connections };
}

export function isLinked(files: readonly LogFile[], fileId: string): boolean {
  return files.some(({ id, state }) => id === fileId && state === "linked");
}

/** Undefined for what is nobody's business there. @param files those that hang or hung there, or were to */
function wordsOf(
  fact: TimelineRow["fact"],
  {
    files,
    texts,
    connector,
  }: {
    readonly files: readonly LogFile[];
    readonly texts: ConnectorTexts;
    readonly connector: Pick<TicketConnector, "takesState">;
  },
): string | undefined {
  if (fact.type === "ticket.updated") {
    const state = stateOf(fact);
    return state === undefined || connector.takesState(state) ? undefined : texts["ticket.updated"][state];
  }
  if (fact.type === "file.deleted") {
    const name = files.find(({ id }) => id === fact.fileId)?.name;
    return name === undefined ? undefined : texts[reasonOf(fact)].replace("{name}", () => name);
  }
  if (fact.type === "agentUpload.created")
    return texts[fact.type][fact.data?.["basis"] === "export" ? "export" : "agent_upload"];
  const known: Readonly<Partial<Record<FactType, unknown>>> = texts;
  const text = known[fact.type];
  return typeof text === "string" ? text : undefined;
}

function reasonOf(fact: Fact): "retention" | "removed" | "withdrawn" {
  const reason = fact.data?.["reason"];
  return reason === "retention" || reason === "removed" ? reason : "withdrawn";
}

function stateOf(fact: Fact): "open" | "solved" | "closed" | undefined {
  const state = fact.data?.["state"];
  return state === "open" || state === "solved" || state === "closed" ? state : undefined;
}
