import type { Moment } from "./vocabulary.ts";

/** What agents pick a template by, and the words that the user will read. */
export interface TemplateText {
  readonly name: string;
  readonly reason: string;
}

/** A reason that agents need again and again, in the languages that users read. */
export interface ReasonTemplate {
  /** Chosen by who made it, such as `call-drops`. */
  readonly id: string;
  /** By BCP 47 locale. */
  readonly texts: Readonly<Record<string, TemplateText>>;
  readonly collectors: readonly string[];
  /** The window asked about: this many hours until now. */
  readonly windowHours?: number;
  /** How long the user is asked. */
  readonly answerByHours?: number;
  readonly createdAt: Moment;
  readonly updatedAt: Moment;
  /** The agent's id; `system` while it stands as it was seeded. */
  readonly updatedBy: string;
}
