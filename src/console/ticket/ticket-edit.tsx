import { Button, Field, makeStyles, MessageBar, MessageBarBody, Select } from "@fluentui/react-components";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem, callApi } from "#console/api/call-api.ts";
import { ticketQuery, type TicketVersion } from "#console/api/queries.ts";
import type { Ticket } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { AgentPicker } from "#console/parts/agent-picker.tsx";
import { focusTitleIfLost } from "#console/parts/focus-title.ts";
import { Section } from "#console/parts/page.tsx";
import { ErrorState } from "#console/parts/query-states.tsx";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";
import { useNotify } from "#console/shell/use-notify.tsx";
import { isSameWork, meetChange, workOf, type TicketWork } from "./meet-change.ts";

const useStyles = makeStyles({
  form: { display: "grid", gap: "12px" },
  row: { display: "flex", gap: "8px", flexWrap: "wrap" },
});

const STATES: readonly Ticket["state"][] = ["open", "solved", "closed"];

/** State and assignee. Saved only over the version that is shown: what a colleague changed meanwhile is not lost. */
export function TicketEdit({ version }: { readonly version: TicketVersion }) {
  const styles = useStyles();
  const { t } = useT();
  const me = useMe();
  const client = useQueryClient();
  const notify = useNotify();
  // The version that is edited; over it alone it is saved.
  const [{ ticket, etag }, setBase] = useState(version);
  const [state, setState] = useState(ticket.state);
  const [assignee, setAssignee] = useState(ticket.assigneeId ?? "");
  const [error, setError] = useState<unknown>();
  const edited: TicketWork = { state, assigneeId: assignee };
  const isChanged = !isSameWork(edited, workOf(ticket));
  const follow = (next: TicketVersion) => {
    setBase(next);
    setState(next.ticket.state);
    setAssignee(next.ticket.assigneeId ?? "");
    setError(undefined);
  };
  const fate = etag === version.etag ? undefined : meetChange(workOf(ticket), edited, workOf(version.ticket));
  if (fate === "follow") follow(version);
  else if (fate === "goOn") setBase(version);
  const isOutdated = fate === "clash" || (error instanceof ApiProblem && error.code === "precondition_failed");

  const reload = async () => {
    try {
      follow(await client.fetchQuery({ ...ticketQuery(ticket.id), staleTime: 0 }));
      focusTitleIfLost();
    } catch (trouble) {
      setError(trouble);
    }
  };
  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    if (!isChanged) return;
    setError(undefined);
    try {
      const body = { state, assigneeId: assignee === "" ? null : assignee };
      await callApi<Ticket>("PATCH", `/v1/tickets/${ticket.id}`, {
        body,
        ...(etag === undefined ? {} : { ifMatch: etag }),
      });
      await client.invalidateQueries({ queryKey: ["ticket", ticket.id] });
      void client.invalidateQueries({ queryKey: ["tickets"] });
      notify(t("saved"));
    } catch (trouble) {
      setError(trouble);
    }
  };

  const isLocked = !mayWrite(me);
  return (
    <Section title={t("ticket.edit")}>
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <Field label={t("column.state")}>
          <Select value={state} disabled={isLocked} onChange={(_, { value }) => setState(value as Ticket["state"])}>
            {STATES.map((name) => (
              <option key={name} value={name}>
                {t(`ticketState.${name}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("ticket.assignee")}>
          <AgentPicker agentId={assignee} isDisabled={isLocked} onPick={setAssignee} />
        </Field>
        {isOutdated ? (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              {t("ticket.outdated")}{" "}
              <Button size="small" onClick={() => void reload()}>
                {t("ticket.reload")}
              </Button>
            </MessageBarBody>
          </MessageBar>
        ) : error === undefined ? null : (
          <ErrorState error={error} />
        )}
        {isLocked ? null : (
          <div className={styles.row}>
            <Button type="submit" appearance="primary" disabledFocusable={!isChanged}>
              {t("save")}
            </Button>
            {assignee === me.id ? null : (
              <Button
                onClick={({ currentTarget }) => {
                  setAssignee(me.id);
                  // This button goes; what comes next is to save.
                  currentTarget.form?.querySelector<HTMLElement>("[type=submit]")?.focus();
                }}
              >
                {t("ticket.take")}
              </Button>
            )}
          </div>
        )}
      </form>
    </Section>
  );
}
