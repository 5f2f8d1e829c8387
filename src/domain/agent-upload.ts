import type { ExportDoubt, Moment } from "./vocabulary.ts";

/**
 * A zip that an agent added to a ticket. Where its manifest holds, its files stand on the ticket and the zip is gone; where it does
 * not, the zip is kept as it came, as one file that nothing vouches for. Written once, and whole from the start.
 */
export interface AgentUpload {
  readonly id: string;
  readonly ticketId: string;
  readonly agentId: string;
  readonly basis: "export" | "agent_upload";
  /** Why its manifest does not hold; absent where it holds. */
  readonly doubt?: ExportDoubt;
  /** The entry that shows it: the zip's own word, shown escaped, and nothing else is done with it. */
  readonly doubtPath?: string;
  /** Of the zip, as the agent has it. */
  readonly name: string;
  /** Of the zip as it came. */
  readonly sizeBytes: number;
  readonly sha256: string;
  /** What its manifest says, where it holds: ids of calls, versions, and the device's own time. */
  readonly callIds: readonly string[];
  readonly sdkVersion?: string;
  readonly appVersion?: string;
  readonly exportedAt?: Moment;
  readonly createdAt: Moment;
}
