import type { z } from "zod";
import type { Fact } from "#domain/facts.ts";
import type { auditEvent } from "./audit.ts";
import { formatTime } from "./primitives.ts";

export function renderAuditEvent({
  sequence,
  fact,
}: {
  readonly sequence: string;
  readonly fact: Fact;
}): z.output<typeof auditEvent> {
  return {
    id: sequence,
    type: fact.type,
    at: formatTime(fact.at),
    actor: { ...fact.actor },
    ...(fact.ticketId === undefined ? {} : { ticketId: fact.ticketId }),
    ...(fact.requestId === undefined ? {} : { requestId: fact.requestId }),
    ...(fact.reportId === undefined ? {} : { reportId: fact.reportId }),
    ...(fact.fileId === undefined ? {} : { fileId: fact.fileId }),
    ...(fact.userId === undefined ? {} : { userId: fact.userId }),
    ...(fact.installationId === undefined ? {} : { installationId: fact.installationId }),
    data: { ...fact.data },
  };
}
