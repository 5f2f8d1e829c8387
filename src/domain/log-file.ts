import type {
  Coverage,
  FileOwnerKind,
  FileReason,
  FileState,
  Moment,
  ReportState,
  RequestState,
  TimeWindow,
} from "./vocabulary.ts";

/** What a device announces of a file that it froze. Device times are claims and decide nothing. */
export interface AnnouncedFile {
  readonly collector: string;
  /** The client's name: shown escaped, sent as an attachment's name, never part of a path. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Hex, 64 lower-case digits, over exactly the bytes that were shown and will be uploaded. */
  readonly sha256: string;
  readonly modifiedAt: Moment;
  readonly coversFrom?: Moment;
  readonly coversTo?: Moment;
}

/** A file that a consent names, from its announcement to its end. */
export interface LogFile extends AnnouncedFile {
  readonly id: string;
  /** The request, report or agent upload that the blob names carry. */
  readonly ownerId: string;
  readonly ownerKind: FileOwnerKind;
  readonly ticketId: string;
  readonly consentId: string;
  /** True where nothing but an agent's word says where it comes from: said wherever the file is. */
  readonly unproven?: boolean;
  readonly state: FileState;
  readonly reason?: FileReason;
  readonly coverage: Coverage;
  readonly uploadedAt?: Moment;
  readonly linkedAt?: Moment;
  /** ETag of the evidence blob that holds the verified bytes. */
  readonly evidenceEtag?: string;
  /** When retention deletes it. */
  readonly deleteAfter?: Moment;
  readonly deletedAt?: Moment;
  /** When verify is next due; absent when it has settled. The reconciler reads this. */
  readonly verifyAt?: Moment;
  readonly verifyAttempt: number;
  /** When verify failed to read it for the first time; absent while it never did, and when it has settled. */
  readonly unreadableSince?: Moment;
  /** When blobs that this state does not permit must be removed; absent when none can be left. */
  readonly cleanupAt?: Moment;
}

export interface FileCounts {
  readonly consented: number;
  readonly uploaded: number;
  readonly linked: number;
  readonly refused: number;
  readonly missing: number;
}

/** How far the files of a request or report are. `uploaded` counts what arrived, whatever became of it later. */
export function countFiles(files: readonly Pick<LogFile, "state" | "uploadedAt">[]): FileCounts {
  const inState = (state: FileState) => files.filter((file) => file.state === state).length;
  return {
    consented: files.length,
    uploaded: files.filter((file) => file.uploadedAt !== undefined).length,
    linked: inState("linked"),
    refused: inState("refused"),
    missing: inState("missing"),
  };
}

/** Where a device uploads a file: `ingest/{ownerId}/{fileId}`. Trusted by nobody. */
export function ingestBlobName(file: Pick<LogFile, "ownerId" | "id">): string {
  return `ingest/${file.ownerId}/${file.id}`;
}

/** Where verified bytes are kept: `evidence/{ownerId}/{fileId}`. */
export function evidenceBlobName(file: Pick<LogFile, "ownerId" | "id">): string {
  return `evidence/${file.ownerId}/${file.id}`;
}

/** Owners in these states link nothing more, whatever their files say. A `linked` one may not be cleaned up behind its back. */
const NOTHING_MORE_LINKED: readonly (RequestState | ReportState)[] = [
  "rejected",
  "declined",
  "expired",
  "cancelled",
  "withdrawn",
];

/** Whose file it is, before that is read. */
export function ownerOf(file: Pick<LogFile, "ownerId" | "ownerKind">): {
  readonly kind: FileOwnerKind;
  readonly id: string;
} {
  return { kind: file.ownerKind, id: file.ownerId };
}

/** Which of a file's blobs may stay. What is not permitted here is removed, and never the other way round. */
export function permittedBlobs(
  file: Pick<LogFile, "state">,
  ownerState: RequestState | ReportState | undefined,
): { readonly ingest: boolean; readonly evidence: boolean } {
  switch (file.state) {
    case "announced":
    case "uploaded": {
      // Evidence too: verify may have copied it a moment ago and be about to link it.
      const open = ownerState === undefined || !NOTHING_MORE_LINKED.includes(ownerState);
      return { ingest: open, evidence: open };
    }
    case "linked":
      return { ingest: false, evidence: true };
    case "refused":
    case "missing":
    case "deleted":
      return { ingest: false, evidence: false };
  }
}

/** How much of the asked window a file says that it covers. */
export function coverageOf(
  file: Pick<AnnouncedFile, "coversFrom" | "coversTo">,
  window: TimeWindow | undefined,
): Coverage {
  if (!window || file.coversFrom === undefined || file.coversTo === undefined) return "unknown";
  if (file.coversTo < window.from || file.coversFrom > window.to) return "none";
  return file.coversFrom <= window.from && file.coversTo >= window.to ? "full" : "partly";
}
