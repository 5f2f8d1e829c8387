import { Button, Link, makeStyles, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "#console/api/call-api.ts";
import { ticketQuery } from "#console/api/queries.ts";
import type { TicketWithFiles } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { Facts } from "#console/parts/facts.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { Section } from "#console/parts/page.tsx";
import { ErrorState } from "#console/parts/query-states.tsx";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";

const useStyles = makeStyles({ column: { display: "grid", gap: "12px", justifyItems: "start" } });

/** Being made up to date takes seconds, and its end is no fact that the feed would tell. */
const LOOK_AGAIN_MS = 2_000;

/** What the ticket is in the other ticket system that this deployment is connected with; nothing where there is none. */
export function WorkItem({ ticket }: { readonly ticket: TicketWithFiles }) {
  const styles = useStyles();
  const { t } = useT();
  const me = useMe();
  const client = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const { connection } = ticket;
  useQuery({ ...ticketQuery(ticket.id), refetchInterval: connection?.state === "pending" ? LOOK_AGAIN_MS : false });
  if (connection === undefined && me.settings.connector === undefined) return null;

  const create = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await callApi("POST", `/v1/tickets/${ticket.id}:createWorkItem`);
      await client.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    } catch (trouble) {
      setError(trouble);
    } finally {
      setBusy(false);
    }
  };
  const canTry = mayWrite(me) && connection?.state !== "synced" && (!connection || connection.reason !== undefined);
  return (
    <Section title={t("workItem.title")}>
      <div className={styles.column} data-work-item={connection?.state ?? "none"}>
        {connection === undefined ? null : (
          <Facts
            rows={[
              [
                t("workItem.item"),
                connection.webUrl === undefined ? undefined : (
                  <Link key="item" href={connection.webUrl} target="_blank" rel="noreferrer">
                    {t("workItem.number", { id: connection.itemId ?? "" })}
                  </Link>
                ),
              ],
              [t("column.state"), t(`workItem.state.${connection.state}` as MessageKey)],
              [
                t("workItem.next"),
                connection.reason === undefined || connection.nextAttemptAt === undefined ? undefined : (
                  <Moment key="next" at={connection.nextAttemptAt} />
                ),
              ],
            ]}
          />
        )}
        {connection?.reason === undefined ? null : (
          <MessageBar intent={connection.state === "refused" ? "error" : "warning"} layout="multiline">
            <MessageBarBody>
              <bdi lang="en">{connection.reason}</bdi>
            </MessageBarBody>
          </MessageBar>
        )}
        {error === undefined ? null : <ErrorState error={error} />}
        {canTry ? (
          <Button disabledFocusable={isBusy} onClick={() => void create()}>
            {connection === undefined ? t("workItem.create") : t("workItem.retry")}
          </Button>
        ) : null}
      </div>
    </Section>
  );
}
