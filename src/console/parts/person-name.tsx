import { useQuery } from "@tanstack/react-query";
import { ticketQuery, userQuery } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";

/** What agents call a user; the id until it is known. */
export function PersonName({ userId }: { readonly userId: string }) {
  const { data, isPending } = useQuery(userQuery(userId));
  return <bdi {...(isPending ? { "data-pending": true } : {})}>{data?.label ?? userId}</bdi>;
}

export function TicketName({ ticketId }: { readonly ticketId: string }) {
  const { t } = useT();
  const { data } = useQuery(ticketQuery(ticketId));
  if (!data)
    return (
      <span aria-hidden data-pending>
        …
      </span>
    );
  return (
    <bdi>
      {t("ticket.number", { number: data.ticket.number })} {data.ticket.subject}
    </bdi>
  );
}
