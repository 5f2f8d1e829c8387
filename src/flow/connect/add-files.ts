import { fileFact } from "#domain/facts.ts";
import { evidenceBlobName, type LogFile } from "#domain/log-file.ts";
import { shownAs, type FileConnection } from "#domain/ticket-connection.ts";
import type { Actor } from "#domain/vocabulary.ts";
import { CONNECTOR_TEXTS } from "#messages/connector-texts.ts";
import type { OutgoingFile, OutsideItem } from "#ports/ticket-connector.ts";
import { done, type Attempt } from "./attempt.ts";
import { changeItem } from "./change-item.ts";
import type { Connected } from "./connect-deps.ts";
import { isLinked, readFiles } from "./tell-item.ts";

/**
 * Hangs every linked file on the item: its bytes where the other system takes them, else a hyperlink to the file here.
 *
 * @throws Refused
 */
export async function addFiles(attempt: Attempt, given: OutsideItem, deps: Connected): Promise<OutsideItem> {
  const { ticketId } = attempt.connection();
  const before = await readFiles(deps, ticketId);
  const known = new Set(before.connections.map(({ fileId }) => fileId));
  let attachmentsThere =
    given.attachments + before.connections.filter((file) => file.state === "uploaded" && !given.holds(file.ref)).length;
  for (const file of before.files) {
    if (file.state !== "linked" || known.has(file.id)) continue;
    const sent = await sendFile(attempt, file, attachmentsThere, deps);
    if (sent?.shownAs === "attachment") attachmentsThere += 1;
  }

  // Read again: one may have been taken back while the others were sent.
  const { files, connections } = await readFiles(deps, ticketId);
  const waiting = connections.filter(({ fileId, state }) => state === "uploaded" && isLinked(files, fileId));
  if (waiting.length === 0) return given;
  const texts = CONNECTOR_TEXTS[deps.connectorLocale];
  const noteOf = (fileId: string) => {
    const file = files.find(({ id }) => id === fileId);
    if (file?.ownerKind !== "agent_upload") return texts;
    return texts.added[file.unproven ? "agent_upload" : "export"];
  };
  const item = await changeItem(attempt, given, deps, (standing) => {
    const add = waiting
      .filter(({ ref }) => !standing.holds(ref))
      .map(({ fileId, shownAs: as, ref }) => ({ shownAs: as, ref, note: noteOf(fileId)[as] }));
    return add.length === 0 ? undefined : { add };
  });
  for (const connection of waiting) await settleAdded(connection, deps);
  return item;
}

/** @returns how it will hang there; undefined when the file went meanwhile */
async function sendFile(
  attempt: Attempt,
  file: LogFile,
  attachmentsThere: number,
  deps: Connected,
): Promise<FileConnection | undefined> {
  const { store, connector, publicUrl, failpoint } = deps;
  const base = { fileId: file.id, ticketId: file.ticketId, state: "uploaded" } as const;
  const hyperlink: FileConnection = { ...base, shownAs: "hyperlink", ref: publicUrl.to(`/files/${file.id}`) };
  let sent = hyperlink;
  if (shownAs(file, { attachmentsThere, limits: connector.limits }) === "attachment") {
    await attempt.keep();
    const answer = await connector.upload(outgoing(attempt, file, deps), attempt.signal);
    // Whatever the service has against the bytes, the link it takes.
    if (answer.kind !== "never") {
      const ref = done(answer);
      if (ref === undefined) return undefined;
      await failpoint?.("connect:after-upload");
      sent = { ...base, shownAs: "attachment", ref };
    }
  }
  await store.connections.saveFile(sent);
  return sent;
}

/** The verified bytes, and no others: reading is pinned to what verify found. */
function outgoing(attempt: Attempt, file: LogFile, { blobs }: Connected): OutgoingFile {
  return {
    name: file.name,
    sizeBytes: file.sizeBytes,
    async read(part) {
      const bytes = await blobs.readPart(evidenceBlobName(file), part, file.evidenceEtag ?? "", attempt.signal);
      return bytes && keeping(attempt, bytes);
    },
  };
}

/** A large file takes longer than a lease. */
async function* keeping(attempt: Attempt, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of bytes) {
    await attempt.keep();
    yield chunk;
  }
}

async function settleAdded(connection: FileConnection, { store, connector, clock }: Connected): Promise<void> {
  await store.transaction(async (tx) => {
    const file = await tx.files.find(connection.fileId);
    await tx.connections.saveFile({ ...connection, state: "there" });
    if (!file) return;
    // A take-back names to the user who had the bytes: the system that has them now is one of those.
    const actor: Actor = { kind: "system", id: connector.system };
    const data = { system: connector.system, shownAs: connection.shownAs };
    await tx.append([fileFact(file, { type: "connection.fileAdded", at: clock.now(), actor, data })]);
  });
}
