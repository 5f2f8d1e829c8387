import { Button, Divider, Field, Input, makeStyles, SearchBox, tokens } from "@fluentui/react-components";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useRef, useState } from "react";
import { callApi, isRefusal } from "#console/api/call-api.ts";
import { ticketsQuery } from "#console/api/queries.ts";
import type { Ticket } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { PersonName } from "#console/parts/person-name.tsx";
import { ErrorState } from "#console/parts/query-states.tsx";

const useStyles = makeStyles({
  root: { display: "grid", gap: "16px" },
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: "4px" },
  ticket: { width: "100%", justifyContent: "flex-start", textAlign: "start", fontWeight: tokens.fontWeightRegular },
  subject: { flexGrow: 1, minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  search: { maxWidth: "none", width: "100%" },
  start: { justifySelf: "start" },
});

const MOST = 6;

interface Props {
  readonly externalId: string | undefined;
  readonly externalSystem: string | undefined;
  readonly userId: string | undefined;
  readonly onChoose: (ticketId: string) => void;
}

/** Finds the ticket, or opens one: in the other system's name, if the agent came from there. */
export function TicketChoice({ externalId, externalSystem, userId, onChoose }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const query = useDeferredValue(text.trim());
  // Their own tickets stand there before a word is typed.
  const list = useInfiniteQuery(ticketsQuery({ query, state: "open", userId: query === "" ? userId : undefined }));
  const tickets = list.data?.pages[0]?.value.slice(0, MOST) ?? [];
  const [subject, setSubject] = useState("");
  const [error, setError] = useState<unknown>();
  const idempotencyKey = useRef(crypto.randomUUID());
  const canNameSystem = externalId !== undefined && externalSystem !== undefined;

  const open = async (event: React.FormEvent) => {
    event.preventDefault();
    try {
      const body = {
        subject: subject.trim(),
        ...(userId === undefined ? {} : { userId }),
        ...(canNameSystem ? { externalSystem, externalId } : {}),
      };
      const { body: ticket } = await callApi<Ticket>("POST", "/v1/tickets", {
        body,
        idempotencyKey: idempotencyKey.current,
      });
      await client.invalidateQueries({ queryKey: ["tickets"] });
      onChoose(ticket.id);
    } catch (trouble) {
      // Without an answer it may have been opened already.
      if (isRefusal(trouble)) idempotencyKey.current = crypto.randomUUID();
      setError(trouble);
    }
  };

  return (
    <div className={styles.root}>
      {externalId === undefined ? (
        <>
          <Field label={t("new.ticket.find")} hint={t("tickets.search.hint")}>
            <SearchBox className={styles.search} value={text} onChange={(_, { value }) => setText(value)} data-search />
          </Field>
          <ul className={styles.list}>
            {tickets.map((ticket) => (
              <li key={ticket.id}>
                <Button appearance="subtle" className={styles.ticket} onClick={() => onChoose(ticket.id)}>
                  <bdi className={styles.subject}>
                    {t("ticket.number", { number: ticket.number })} {ticket.subject}
                  </bdi>
                  {ticket.userId === undefined ? null : (
                    <span className={styles.quiet}>
                      <PersonName userId={ticket.userId} />
                    </span>
                  )}
                </Button>
              </li>
            ))}
          </ul>
          <Divider>{t("or")}</Divider>
        </>
      ) : (
        <p>{t("new.ticket.outside", { id: externalId })}</p>
      )}
      {error === undefined ? null : <ErrorState error={error} />}
      <form className={styles.root} onSubmit={(event) => void open(event)}>
        <Field label={t("new.ticket.subject")} required>
          <Input
            value={subject}
            onChange={(_, { value }) => {
              idempotencyKey.current = crypto.randomUUID();
              setSubject(value);
            }}
            maxLength={200}
            required
          />
        </Field>
        <Button className={styles.start} type="submit" disabled={subject.trim() === ""}>
          {t("new.ticket.open")}
        </Button>
      </form>
    </div>
  );
}
