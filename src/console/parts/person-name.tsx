import { useQuery } from "@tanstack/react-query";
import { ticketQuery, userQuery } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";

/** What agents call a user; the id until it is known. */
export function PersonName({ userId }: { readonly userId: string }) {
  const { data } = useQuery(userQuery(userId));
  return <bdi>{data?.label ?? userId}</bdi>;
}

export function TicketName({ ticketId }: { readonly ticketId: string }) {
  const { t } = useT();
  const { data } = useQuery(ticketQuery(ticketId));
  if (!data) return <span aria-hidden>…</span>;
  return (
    <bdi>
      {t("ticket.number", { number: data.ticket.number })} {data.ticket.subject}
    </bdi>
  );
}
