/**
 * Another ticket system, in our words. One attempt a call, never more: attempts are counted in PostgreSQL. Nothing here throws
 * for what the service answers; the words of a refusal are ours, for agents and operators, and hold nothing secret.
 */
import type { AttachmentLimits } from "#domain/ticket-connection.ts";
import type { ShownAs, TicketState } from "#domain/vocabulary.ts";
import type { BlobPart } from "./blob-store.ts";

export type ConnectorRefusal =
  /** Throttled, away or broken for now. It may have been done all the same. */
  | { readonly kind: "later"; readonly reason: string; readonly status?: number; readonly retryAfterSeconds?: number }
  /** The credential, a right, the project, or an item that is gone: the operator must mend it; worth another try later. */
  | { readonly kind: "operator"; readonly reason: string; readonly status?: number }
  /** Somebody changed the item since it was read: read it again, and decide anew. */
  | { readonly kind: "changed"; readonly reason: string; readonly status: number }
  /** The service will not take this as it is. */
  | { readonly kind: "never"; readonly reason: string; readonly status: number };

export type ConnectorAnswer<T> = { readonly kind: "done"; readonly value: T } | ConnectorRefusal;

/** What an item is made from. Plain text; nothing personal but what agents wrote. */
export interface ItemDraft {
  /** The ticket's number, for people. */
  readonly number: number;
  readonly subject: string;
  readonly description: string;
  readonly callIds: readonly string[];
  /** Hangs on the item as a hyperlink; by it an item whose making was never answered is found again. */
  readonly webUrl: string;
}

/** An item as it is there. */
export interface OutsideItem {
  readonly id: string;
  /** Where people open it. */
  readonly url: string;
  readonly version: number;
  /** Where everything that hangs on it leads, in its own order; "" for what is neither file nor hyperlink. */
  readonly refs: readonly string[];
  readonly attachments: number;
  /** Whether this attachment or hyperlink hangs on it. */
  readonly holds: (ref: string) => boolean;
}

export interface ItemPart {
  readonly shownAs: ShownAs;
  readonly ref: string;
  /** What people read beside it. */
  readonly note: string;
}

export interface ItemChange {
  readonly add?: readonly ItemPart[];
  /** By `ref`. One that does not hang there is passed over. */
  readonly remove?: readonly string[];
  /** Added to the item's history, plain text. `url` leads to where it happened, and tells one from another. */
  readonly comments?: readonly { readonly text: string; readonly url: string }[];
  readonly state?: TicketState;
}

export interface OutgoingFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** The verified bytes, a part at a time as the service takes them; undefined when they are no longer there. */
  readonly read: (part: BlobPart) => Promise<AsyncIterable<Uint8Array> | undefined>;
}

export interface TicketConnector {
  /** As `externalSystem` of tickets says it, such as `azure-devops`. */
  readonly system: string;
  readonly limits: AttachmentLimits;
  /** Whether this state of a ticket has one of its own there; else it is only told. */
  readonly takesState: (state: TicketState) => boolean;
  /** The item that was made from this draft, if one was. */
  findItem(draft: ItemDraft, signal: AbortSignal): Promise<ConnectorAnswer<OutsideItem | undefined>>;
  createItem(draft: ItemDraft, signal: AbortSignal): Promise<ConnectorAnswer<OutsideItem>>;
  readItem(itemId: string, signal: AbortSignal): Promise<ConnectorAnswer<OutsideItem>>;
  /** All of it or nothing, and only on the version that was read. */
  changeItem(item: OutsideItem, change: ItemChange, signal: AbortSignal): Promise<ConnectorAnswer<OutsideItem>>;
  /** Whether this version of the item brought a comment with this `url`. */
  hasTold(itemId: string, version: number, url: string, signal: AbortSignal): Promise<ConnectorAnswer<boolean>>;
  /** Sends the bytes as they are read; they hang on no item yet. @returns their `ref`; undefined when they went meanwhile */
  upload(file: OutgoingFile, signal: AbortSignal): Promise<ConnectorAnswer<string | undefined>>;
  /** Has the service delete bytes that hang nowhere any more. `left`: it will not, and they may stay there. */
  discard(ref: string, signal: AbortSignal): Promise<ConnectorAnswer<"deleted" | "left">>;
  /** Whether credential, project and kind of item serve, in words. Throws with what to mend. */
  check(signal: AbortSignal): Promise<void>;
}
