import type { AgentUpload } from "#domain/agent-upload.ts";
import type { Consent, LeftOut } from "#domain/consent.ts";
import { fileFact, type Fact } from "#domain/facts.ts";
import type { LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import type { Ticket } from "#domain/ticket.ts";
import type { Actor, ExportDoubt, Moment } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Transaction } from "#ports/store.ts";

/** A file whose bytes are evidence already, but for the ticket and the consent that it belongs to. */
export type StoredFile = Omit<LogFile, "ticketId" | "consentId">;

/** A zip that was taken in: either what its manifest says, or why nothing is believed of it. */
export interface UploadContent {
  /** Under this id the blobs stand. */
  readonly id: string;
  readonly agentId: string;
  readonly zip: Pick<AgentUpload, "name" | "sizeBytes" | "sha256">;
  readonly doubt?: { readonly why: ExportDoubt; readonly path?: string };
  readonly said?: {
    readonly callIds: readonly string[];
    readonly sdkVersion: string;
    readonly appVersion?: string;
    readonly exportedAt: Moment;
    readonly leftOut: readonly LeftOut[];
  };
  readonly files: readonly StoredFile[];
}

export interface SavedUpload {
  readonly upload: AgentUpload;
  readonly leftOut: readonly LeftOut[];
  readonly files: readonly LogFile[];
}

/**
 * Saves what an agent added with its files and the consent row that stands behind them, all or nothing, in the caller's transaction.
 * A ticket that is solved or closed takes it as it takes a report.
 *
 * @throws not_found
 */
export async function saveAgentUpload(
  tx: Transaction,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
  ticketId: string,
  content: UploadContent,
): Promise<SavedUpload> {
  const ticket = await tx.tickets.find(ticketId);
  if (!ticket) throw new Problem("not_found");
  const now = clock.now();
  const upload = uploadOf(ticketId, content, now);
  const consent = consentOf(upload, ticket, content, ids.next());
  await tx.agentUploads.create(upload);
  await tx.consents.record(consent);
  const files = content.files.map((file) => ({ ...file, ticketId, consentId: consent.id }));
  await tx.files.add(files);
  await tx.append(factsOf(upload, consent, files));
  return { upload, leftOut: consent.leftOut, files };
}

function uploadOf(ticketId: string, { id, agentId, zip, doubt, said }: UploadContent, now: Moment): AgentUpload {
  return {
    id,
    ticketId,
    agentId,
    basis: said ? "export" : "agent_upload",
    ...(doubt && { doubt: doubt.why }),
    ...(doubt?.path !== undefined && { doubtPath: doubt.path }),
    ...zip,
    callIds: [...new Set(said?.callIds)],
    ...(said && { sdkVersion: said.sdkVersion, exportedAt: said.exportedAt }),
    ...(said?.appVersion !== undefined && { appVersion: said.appVersion }),
    createdAt: now,
  };
}

/** Made by us: on the device the user chose the files and handed them over, and no text of ours was shown. */
function consentOf(upload: AgentUpload, { userId }: Ticket, { said }: UploadContent, id: string): Consent {
  return {
    id,
    basis: upload.basis,
    agentUploadId: upload.id,
    ticketId: upload.ticketId,
    ...(userId === undefined ? {} : { userId }),
    decision: "share",
    shown: {},
    leftOut: said?.leftOut ?? [],
    decidedAt: upload.createdAt,
    ...(upload.exportedAt === undefined ? {} : { deviceNow: upload.exportedAt }),
  };
}

function factsOf(upload: AgentUpload, { leftOut, userId }: Consent, files: readonly LogFile[]): Fact[] {
  const actor: Actor = { kind: "agent", id: upload.agentId };
  const occasion = { at: upload.createdAt, actor, ...(userId === undefined ? {} : { userId }) };
  const created: Fact = {
    ...occasion,
    type: "agentUpload.created",
    ticketId: upload.ticketId,
    data: {
      agentUploadId: upload.id,
      basis: upload.basis,
      files: files.length,
      bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      calls: upload.callIds.length,
      ...(upload.doubt && { doubt: upload.doubt }),
      ...(leftOut.length > 0 && { leftOut: leftOut.length }),
    },
  };
  const linked = files.map((file) => {
    const { sizeBytes, coverage, unproven } = file;
    const data = { agentUploadId: upload.id, sizeBytes, coverage, ...(unproven && { unproven }) };
    return fileFact(file, { ...occasion, type: "file.linked", data });
  });
  return [created, ...linked];
}
