import { makeStyles, tokens } from "@fluentui/react-components";
import type { LogRequest } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { AgentName } from "#console/parts/agent-name.tsx";
import { AppLink } from "#console/parts/app-link.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { PersonLabel, TicketLabel } from "#console/parts/request-names.tsx";
import { StateBadge } from "#console/parts/state-badge.tsx";
import { useCollectorLabel } from "#console/parts/use-collector-label.ts";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: "8px 0 0", padding: 0 },
  item: {
    display: "flex",
    flexWrap: "wrap",
    gap: "6px 16px",
    alignItems: "center",
    padding: "10px 16px",
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  main: { display: "grid", flexGrow: 1, minWidth: "160px" },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

interface Props {
  readonly requests: readonly LogRequest[];
  /** What the page does not say already: on a ticket whom, on a person's page for which ticket. */
  readonly named: "person" | "ticket";
}

/** A few requests, on the page of their ticket or person. */
export function RequestList({ requests, named }: Props) {
  const styles = useStyles();
  const format = useFormat();
  const labelOf = useCollectorLabel();
  return (
    <ul className={styles.list}>
      {requests.map((request) => (
        <li key={request.id} className={styles.item}>
          <span className={styles.main}>
            <AppLink to={`/log-requests/${request.id}`} look="strong">
              {named === "person" ? <PersonLabel request={request} /> : <TicketLabel request={request} />}
            </AppLink>
            <span className={styles.quiet}>
              {format.list(request.collectors.map(labelOf))} ·{" "}
              <Moment at={request.createdAt} userZone={request.userTimeZone} show="relative" /> ·{" "}
              <AgentName agentId={request.agentId} />
            </span>
          </span>
          <StateBadge request={request} />
        </li>
      ))}
    </ul>
  );
}
