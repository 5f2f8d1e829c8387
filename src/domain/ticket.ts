import type { Moment, TicketState } from "./vocabulary.ts";

/** Someone who took part in one of the ticket's calls. */
export interface Participant {
  readonly userId: string;
  readonly callId?: string;
}

/** The support case that exists already, here or in an external system. */
export interface Ticket {
  readonly id: string;
  /** For people: counts up from 1. */
  readonly number: number;
  readonly version: number;
  readonly subject: string;
  readonly description: string;
  readonly state: TicketState;
  /** The app's own stable id of the user who has the trouble. */
  readonly userId?: string;
  readonly participants: readonly Participant[];
  readonly callIds: readonly string[];
  /** `sub` of the agent who works it. */
  readonly assigneeId?: string;
  readonly teamId?: string;
  readonly externalSystem?: string;
  readonly externalId?: string;
  readonly createdAt: Moment;
  readonly updatedAt: Moment;
}
