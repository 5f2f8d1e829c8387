import type { PublicUrl } from "#http/next-link.ts";
import type { ConnectorLocale } from "#messages/connector-texts.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Log } from "#ports/log.ts";
import type { Store } from "#ports/store.ts";
import type { TicketConnector } from "#ports/ticket-connector.ts";

export interface ConnectDeps {
  readonly store: Store;
  readonly blobs: Pick<BlobStore, "readPart">;
  /** None where this deployment is not connected, or no longer. */
  readonly connector: TicketConnector | undefined;
  /** The language in which the item is told what happened. */
  readonly connectorLocale: ConnectorLocale;
  /** Links on the item lead here. */
  readonly publicUrl: PublicUrl;
  readonly clock: Clock;
  readonly ids: Ids;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly log: Pick<Log, "warn">;
  readonly leaseSeconds?: number;
  /**
   * Where the kill tests stop the process, between the other system's doing and our record of it: `connect:after-create`,
   * `connect:after-upload`, `connect:after-change`.
   */
  readonly failpoint?: (name: string) => void | Promise<void>;
}

/** With a ticket system that is there. */
export interface Connected extends ConnectDeps {
  readonly connector: TicketConnector;
}
