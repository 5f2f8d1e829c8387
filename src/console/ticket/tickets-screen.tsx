import { Button, makeStyles, SearchBox, Select, Text, tokens } from "@fluentui/react-components";
import { TicketDiagonalRegular } from "@fluentui/react-icons/svg/ticket-diagonal";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useId } from "react";
import { ticketsQuery } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";
import { openedTickets } from "#console/live/opened-tickets.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { useStore } from "#console/parts/create-store.ts";
import { Moment } from "#console/parts/moment.tsx";
import { Page } from "#console/parts/page.tsx";
import { PersonName } from "#console/parts/person-name.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import { useQueryParams } from "#console/parts/use-query-params.ts";
import { TICKET_TONES } from "./ticket-tones.ts";

const useStyles = makeStyles({
  bar: { display: "flex", flexWrap: "wrap", gap: "8px 12px", alignItems: "center" },
  hint: { flexBasis: "100%", color: tokens.colorNeutralForeground3 },
  search: { flexGrow: 1, maxWidth: "30rem", minWidth: "12.5rem" },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
  },
  item: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto auto",
    gap: "4px 16px",
    alignItems: "center",
    padding: "12px 20px",
    "&:not(:first-child)": { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
    "@media (max-width: 35em)": { gridTemplateColumns: "minmax(0, 1fr) auto" },
  },
  main: { display: "grid", minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  more: { justifySelf: "center", margin: "0 auto" },
});

/** Tickets by what agents have of them in their hands. One that is opened while somebody reads waits behind a word. */
export function TicketsScreen() {
  const styles = useStyles();
  const { t } = useT();
  const [params, change] = useQueryParams();
  const query = useDeferredValue(params.get("query") ?? "");
  const state = params.get("state") ?? "";
  const list = useInfiniteQuery({ ...ticketsQuery({ query, state }), placeholderData: (before) => before });
  const tickets = list.data?.pages.flatMap(({ value }) => value) ?? [];
  const hintId = useId();
  const opened = useStore(openedTickets);
  // What a search would find of them, only the server knows.
  const canHoldNew = query === "" && (state === "" || state === "open") && !list.isPending;
  const fresh = canHoldNew ? opened.filter((ticketId) => !tickets.some(({ id }) => id === ticketId)) : [];
  return (
    <Page title={t("tickets.title")}>
      <div className={styles.bar}>
        <SearchBox
          className={styles.search}
          placeholder={t("tickets.search")}
          aria-label={t("tickets.search")}
          aria-describedby={hintId}
          value={params.get("query") ?? ""}
          onChange={(_, { value }) => change({ query: value })}
          data-search
        />
        <Select aria-label={t("column.state")} value={state} onChange={(_, { value }) => change({ state: value })}>
          <option value="">{t("tickets.anyState")}</option>
          <option value="open">{t("ticketState.open")}</option>
          <option value="solved">{t("ticketState.solved")}</option>
          <option value="closed">{t("ticketState.closed")}</option>
        </Select>
        {fresh.length > 0 ? (
          <Button size="small" appearance="primary" shape="circular" onClick={() => void list.refetch()}>
            {t("tickets.new", { count: fresh.length })}
          </Button>
        ) : null}
        <Text id={hintId} className={styles.hint} size={200}>
          {t("tickets.search.hint")}
        </Text>
      </div>
      {list.error ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.isPending ? <SkeletonRows /> : null}
      {!list.isPending && !list.error && tickets.length === 0 ? (
        <EmptyState icon={<TicketDiagonalRegular />} title={t("tickets.none")} hint={t("tickets.none.hint")} />
      ) : null}
      {tickets.length > 0 ? (
        <ul className={styles.list}>
          {tickets.map((ticket) => (
            <li key={ticket.id} className={styles.item}>
              <span className={styles.main}>
                <AppLink to={`/tickets/${ticket.id}`} look="strong">
                  <bdi>{ticket.subject}</bdi>
                </AppLink>
                <span className={styles.quiet}>
                  {t("ticket.number", { number: ticket.number })}
                  {ticket.userId === undefined ? null : (
                    <>
                      {" · "}
                      <PersonName userId={ticket.userId} />
                    </>
                  )}
                  {ticket.externalId === undefined ? null : ` · ${ticket.externalSystem ?? ""} ${ticket.externalId}`}
                </span>
              </span>
              <ToneBadge tone={TICKET_TONES[ticket.state]}>{t(`ticketState.${ticket.state}`)}</ToneBadge>
              <Text className={styles.quiet}>
                <Moment at={ticket.updatedAt} show="relative" />
              </Text>
            </li>
          ))}
        </ul>
      ) : null}
      {list.hasNextPage ? (
        <Button
          className={styles.more}
          onClick={() => void list.fetchNextPage()}
          disabledFocusable={list.isFetchingNextPage}
        >
          {t("more")}
        </Button>
      ) : null}
    </Page>
  );
}
