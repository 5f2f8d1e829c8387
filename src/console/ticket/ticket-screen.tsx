import { Button, makeStyles, Text } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { SendRegular } from "@fluentui/react-icons/svg/send";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation } from "wouter";
import { ExportsSection } from "#console/agent-upload/exports-section.tsx";
import { reportsQuery, ticketQuery, userQuery, type TicketVersion } from "#console/api/queries.ts";
import type { Report } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { onScreen } from "#console/live/announce.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { copyables } from "#console/parts/copyable.tsx";
import { Facts } from "#console/parts/facts.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { Page, Section } from "#console/parts/page.tsx";
import { PersonName } from "#console/parts/person-name.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { ReportsSection } from "#console/report/reports-section.tsx";
import { FilesTable } from "#console/request/files-table.tsx";
import { Timeline } from "#console/request/timeline.tsx";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";
import { RequestsSection } from "./requests-section.tsx";
import { TicketEdit } from "./ticket-edit.tsx";
import { WorkItem } from "./work-item.tsx";

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 5fr) minmax(0, 3fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 63.9375em)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "grid", gap: "16px", minWidth: 0 },
  description: { whiteSpace: "pre-wrap", display: "block", marginBottom: "12px" },
});

/** Everything on a ticket: who, what was asked, what came, what happened. */
export function TicketScreen({ ticketId }: { readonly ticketId: string }) {
  const { t } = useT();
  const [, navigate] = useLocation();
  const me = useMe();
  const { data, error, refetch } = useQuery(ticketQuery(ticketId));
  // Together with the ticket: what stands above the rest must not come after it.
  const reports = useQuery(reportsQuery(ticketId));
  useEffect(() => {
    onScreen.add(ticketId);
    return () => void onScreen.delete(ticketId);
  }, [ticketId]);
  const title = data
    ? `${t("ticket.number", { number: data.ticket.number })} ${data.ticket.subject}`
    : t("ticket.title");
  return (
    <Page
      title={title}
      actions={
        data ? (
          <>
            <Button
              as="a"
              href={`/v1/tickets/${ticketId}/pack`}
              download
              icon={<ArrowDownloadRegular />}
              title={t("ticket.pack.hint")}
            >
              {t("ticket.pack")}
            </Button>
            {mayWrite(me) ? (
              <Button appearance="primary" icon={<SendRegular />} onClick={() => navigate(`/new?ticket=${ticketId}`)}>
                {t("ticket.request")}
              </Button>
            ) : null}
          </>
        ) : undefined
      }
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {reports.error ? <ErrorState error={reports.error} onRetry={() => void reports.refetch()} /> : null}
      {data && !reports.isPending ? (
        <Whole version={data} reports={reports.data} />
      ) : error ? null : (
        <SkeletonRows height={64} count={4} />
      )}
    </Page>
  );
}

interface WholeProps {
  readonly version: TicketVersion;
  /** Undefined where they could not be read. */
  readonly reports: readonly Report[] | undefined;
}

function Whole({ version, reports }: WholeProps) {
  const styles = useStyles();
  const { t } = useT();
  const { ticket } = version;
  const { data: user } = useQuery({ ...userQuery(ticket.userId ?? ""), enabled: ticket.userId !== undefined });
  const others = ticket.participants.filter(({ userId }) => userId !== ticket.userId);
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        {reports ? <ReportsSection reports={reports} /> : null}
        <RequestsSection filter={{ ticketId: ticket.id }} named="person" none={t("ticket.noRequests")} />
        <Section title={t("files.title")} flush>
          <FilesTable files={ticket.files} reports={reports ?? []} />
        </Section>
        <ExportsSection ticketId={ticket.id} />
        <Section title={t("timeline.title")}>
          <Timeline ticketId={ticket.id} userZone={user?.timeZone} files={ticket.files} />
        </Section>
      </div>
      <div className={styles.column}>
        <Section title={t("ticket.title")}>
          {ticket.description === "" ? null : (
            <Text className={styles.description}>
              <bdi>{ticket.description}</bdi>
            </Text>
          )}
          <Facts
            rows={[
              [
                t("column.person"),
                ticket.userId === undefined ? undefined : (
                  <AppLink key="user" to={`/people/${encodeURIComponent(ticket.userId)}`}>
                    <PersonName userId={ticket.userId} />
                  </AppLink>
                ),
              ],
              [
                t("ticket.participants"),
                others.length === 0
                  ? undefined
                  : others.map(({ userId }, index) => (
                      <span key={userId}>
                        {index > 0 ? ", " : null}
                        <AppLink to={`/people/${encodeURIComponent(userId)}`}>
                          <PersonName userId={userId} />
                        </AppLink>
                      </span>
                    )),
              ],
              [t("ticket.calls"), copyables(t("ticket.calls"), ticket.callIds)],
              [
                t("ticket.external"),
                ticket.externalId === undefined ? undefined : `${ticket.externalSystem ?? ""} ${ticket.externalId}`,
              ],
              [t("ticket.opened"), <Moment key="opened" at={ticket.createdAt} />],
              [t("ticket.changed"), <Moment key="changed" at={ticket.updatedAt} />],
            ]}
          />
        </Section>
        <WorkItem ticket={ticket} />
        <TicketEdit key={ticket.id} version={version} />
      </div>
    </div>
  );
}
