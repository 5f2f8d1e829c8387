import type { ConnectionState, FileConnectionState, Moment, ShownAs, TicketState } from "./vocabulary.ts";

/** What a ticket is in another ticket system, and how far that system knows. */
export interface TicketConnection {
  readonly ticketId: string;
  /** Counts what happened on the ticket: whoever brought the item up to date sees by it whether there is more already. */
  readonly version: number;
  readonly system: string;
  /** The item's id there; absent until it is made. */
  readonly itemId?: string;
  /** Where people open it. */
  readonly itemUrl?: string;
  readonly state: ConnectionState;
  /** The last refusal in words for agents and operators. */
  readonly reason?: string;
  /** When it is next brought up to date; absent when nothing is to be told. The reconciler reads this. */
  readonly syncAt?: Moment;
  /** Attempts since the last that succeeded. */
  readonly attempt: number;
  readonly syncedAt?: Moment;
  /** An item may have been made whose id was never heard: look for it before making one. */
  readonly makingSince?: Moment;
  /** The item's version that a change was written on whose answer was never recorded, … */
  readonly changingVersion?: number;
  /** … and how far that change told. */
  readonly tellingUntil?: string;
  /** Up to here the item was told what happens on the ticket: a cursor of the timeline. */
  readonly toldUntil: string;
  readonly toldState: TicketState;
  readonly createdAt: Moment;
}

/** A file as it hangs on another system's item. */
export interface FileConnection {
  readonly fileId: string;
  readonly ticketId: string;
  readonly shownAs: ShownAs;
  /** The attachment's id there, or the address that the hyperlink leads to. */
  readonly ref: string;
  readonly state: FileConnectionState;
}

/** Whether a file hangs there as bytes: the service takes files up to a size, and so many on one item. */
export function shownAs(
  file: { readonly sizeBytes: number },
  { attachmentsThere, limits }: { readonly attachmentsThere: number; readonly limits: AttachmentLimits },
): ShownAs {
  return file.sizeBytes <= limits.attachmentBytes && attachmentsThere < limits.attachments ? "attachment" : "hyperlink";
}

export interface AttachmentLimits {
  /** Larger files become a hyperlink. */
  readonly attachmentBytes: number;
  /** More files than this become hyperlinks. */
  readonly attachments: number;
}
