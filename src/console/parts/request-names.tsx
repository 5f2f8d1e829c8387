import type { LogRequest } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { TicketName } from "./person-name.tsx";

/** Whom a request asks: the name came with it, where there is one. */
export function PersonLabel({ request }: { readonly request: Pick<LogRequest, "userId" | "userLabel"> }) {
  return <bdi>{request.userLabel ?? request.userId}</bdi>;
}

/** The ticket of a request: as it came with it; looked up only where it did not (the answer to the ask itself). */
export function TicketLabel({
  request: { ticketId, ticketNumber, ticketSubject },
}: {
  readonly request: Pick<LogRequest, "ticketId" | "ticketNumber" | "ticketSubject">;
}) {
  const { t } = useT();
  if (ticketNumber === undefined || ticketSubject === undefined) return <TicketName ticketId={ticketId} />;
  return (
    <bdi>
      {t("ticket.number", { number: ticketNumber })} {ticketSubject}
    </bdi>
  );
}
