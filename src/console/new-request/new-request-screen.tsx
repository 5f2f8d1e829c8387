import { makeStyles } from "@fluentui/react-components";
import { LockClosedRegular } from "@fluentui/react-icons/svg/lock-closed";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { requestQuery, ticketQuery, ticketsQuery } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Page, Section } from "#console/parts/page.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { useQueryParams } from "#console/parts/use-query-params.ts";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";
import { AskForm } from "./ask-form.tsx";
import { PersonChoice } from "./person-choice.tsx";
import { TicketChoice } from "./ticket-choice.tsx";

const useStyles = makeStyles({ narrow: { maxWidth: "720px", display: "grid", gap: "16px" } });

/**
 * From a ticket (`?ticket=`), from another ticket system (`?externalId=&user=`), or from nothing: first which ticket, then
 * who, then the ask itself. What the address says already is not asked again.
 */
export function NewRequestScreen() {
  const styles = useStyles();
  const { t } = useT();
  const me = useMe();
  const [params, change] = useQueryParams();
  const ticketId = params.get("ticket") ?? undefined;
  const externalId = params.get("externalId") ?? undefined;
  const copyId = params.get("copy") ?? undefined;
  const [pickedUser, setPickedUser] = useState<string>();
  const wantedUser = pickedUser ?? params.get("user") ?? undefined;

  const outside = useInfiniteQuery({
    ...ticketsQuery({ externalId, externalSystem: params.get("system") ?? undefined }),
    enabled: ticketId === undefined && externalId !== undefined,
  });
  const found = outside.data?.pages[0]?.value[0];
  const chosenId = ticketId ?? found?.id;
  const ticket = useQuery({ ...ticketQuery(chosenId ?? ""), enabled: chosenId !== undefined });
  const copied = useQuery({ ...requestQuery(copyId ?? ""), enabled: copyId !== undefined });

  const isWaiting =
    (externalId !== undefined && ticketId === undefined && outside.isPending) ||
    (chosenId !== undefined && ticket.isPending) ||
    (copyId !== undefined && copied.isPending);
  const given = ticket.data?.ticket;
  const userId = wantedUser ?? copied.data?.userId ?? given?.userId;

  if (!mayWrite(me)) {
    return (
      <Page title={t("new.title")}>
        <EmptyState icon={<LockClosedRegular />} title={t("new.mayNot")} hint={t("new.mayNot.hint")} />
      </Page>
    );
  }
  return (
    <Page title={t("new.title")}>
      {ticket.error ? <ErrorState error={ticket.error} onRetry={() => void ticket.refetch()} /> : null}
      {isWaiting ? (
        <SkeletonRows height={64} count={4} />
      ) : chosenId === undefined ? (
        <div className={styles.narrow}>
          <Section title={t("new.ticket")}>
            <TicketChoice
              externalId={externalId}
              externalSystem={params.get("system") ?? undefined}
              userId={wantedUser}
              onChoose={(id) => change({ ticket: id })}
            />
          </Section>
        </div>
      ) : ticket.data && userId === undefined ? (
        <div className={styles.narrow}>
          <Section title={t("new.person")}>
            <PersonChoice ticket={ticket.data.ticket} onPick={setPickedUser} />
          </Section>
        </div>
      ) : ticket.data && userId !== undefined ? (
        <AskForm
          key={userId}
          version={ticket.data}
          userId={userId}
          copied={copied.data}
          only={params.get("only")?.split(",")}
          onPickPerson={setPickedUser}
        />
      ) : null}
    </Page>
  );
}
