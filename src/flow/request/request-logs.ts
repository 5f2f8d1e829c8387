import type { LogRequest } from "#domain/log-request.ts";
import { Problem } from "#domain/problems.ts";
import type { Moment, TimeWindow } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { IdempotencyScope, RequestAcceptor } from "#ports/store.ts";

/** FCM keeps a message for at most 28 days, and nobody should be asked for longer. */
const ANSWER_BY_AT_MOST_SECONDS = 28 * 24 * 60 * 60;
/** Less is no time to pick up a phone. */
const ANSWER_BY_AT_LEAST_SECONDS = 60;

export interface Ask {
  readonly ticketId: string;
  readonly userId: string;
  readonly installationId?: string;
  readonly agentId: string;
  readonly reason: string;
  readonly collectors: readonly string[];
  readonly window?: TimeWindow;
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly answerBy?: Moment;
}

export interface RequestLogs {
  readonly acceptor: RequestAcceptor;
  readonly clock: Clock;
  readonly ids: Ids;
  /** How long a user is asked when the agent sets no time. */
  readonly answerBySeconds: number;
}

/**
 * Saves an agent's ask; the pipeline takes it from there. Resolves after the commit.
 *
 * @throws not_found, user_not_on_ticket, installation_not_of_user, invalid_request, idempotency_key_reused, in_progress
 */
export async function requestLogs(
  { acceptor, clock, ids, answerBySeconds }: RequestLogs,
  ask: Ask,
  idempotency?: IdempotencyScope,
): Promise<LogRequest> {
  const now = clock.now();
  const answerBy = ask.answerBy ?? now + answerBySeconds * 1000;
  if (answerBy < now + ANSWER_BY_AT_LEAST_SECONDS * 1000 || answerBy > now + ANSWER_BY_AT_MOST_SECONDS * 1000) {
    const message = "must be at least a minute and at most 28 days from now, by the server's clock";
    throw new Problem("invalid_request", {
      detail: `answerBy ${message}.`,
      details: [{ target: "answerBy", message, rule: "out_of_range" }],
    });
  }
  const outcome = await acceptor.accept({
    ...ask,
    id: ids.next(),
    roundId: ids.next(),
    answerBy,
    now,
    ...(idempotency ? { idempotency } : {}),
  });
  switch (outcome.kind) {
    case "accepted":
      return outcome.request;
    case "ticket_not_found":
      throw new Problem("not_found");
    case "user_not_on_ticket":
      throw new Problem("user_not_on_ticket", {
        detail: "Add the user to the ticket first, or as a participant of one of its calls.",
      });
    case "installation_not_of_user":
      throw new Problem("installation_not_of_user");
    case "key_reused":
      throw new Problem("idempotency_key_reused");
    case "in_progress":
      throw new Problem("in_progress");
  }
}
