/** What the stage sees of the real parts, as they say it themselves. */
export type Observation =
  | {
      readonly from: "feed";
      readonly entry: FeedEntry;
      readonly request: SeenRequest | undefined;
      readonly heardAt: number;
    }
  | { readonly from: "hub"; readonly send: HubSend }
  | { readonly from: "inbox"; readonly message: InboxMessage }
  | { readonly from: "phone"; readonly happening: PhoneHappening }
  | { readonly from: "call"; readonly call: PageCall }
  | { readonly from: "probe"; readonly probe: Probe };

/** A fact of the live feed, as far as the stage reads it. */
export interface FeedEntry {
  readonly type: string;
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly requestId?: string;
  readonly fileId?: string;
  readonly userId?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A request as the API answers it to agents. */
export interface SeenRequest {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: string;
  readonly state: string;
  readonly files: readonly {
    readonly id: string;
    readonly name: string;
    readonly sizeBytes: number;
    readonly sha256: string;
    readonly deleteAfter?: string;
  }[];
}

/** A request that the emulator answered. */
export interface HubSend {
  readonly at: string;
  readonly operation: string | null;
  readonly status: number;
  readonly durationMs: number;
}

/** What a device got. */
export interface InboxMessage {
  readonly platform: string;
  readonly body: string;
  readonly receivedAt: string;
}

/** What the phone's page says of itself. */
export interface PhoneHappening {
  readonly kind: string;
  readonly road?: string;
  readonly requestId?: string;
  readonly push?: { readonly type: string; readonly requestId: string };
}

/** A call that one of the two pages made, as its browser measured it. */
export interface PageCall {
  readonly page: "console" | "phone";
  readonly url: string;
  readonly status: number;
  /** When it ended, in milliseconds since 1970. */
  readonly endedAt: number;
  readonly ms: number;
  /** Zero where another origin does not let it be seen. */
  readonly bytes: number;
}

/** What the stage itself asked the API. */
export type Probe =
  | { readonly kind: "ticket"; readonly number: number; readonly status: number; readonly ms: number }
  | { readonly kind: "gone"; readonly name: string; readonly status: number };
