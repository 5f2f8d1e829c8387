import { Button, Link, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { SendRegular } from "@fluentui/react-icons/svg/send";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { callApi, isRefusal } from "#console/api/call-api.ts";
import {
  installationsQuery,
  reportsQuery,
  requestsQuery,
  userQuery,
  type TicketVersion,
} from "#console/api/queries.ts";
import type { LogRequest, LogRequestDetail } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { isOpen } from "#console/live/belongs-to-view.ts";
import { insertRequest } from "#console/live/patch-cache.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { Section } from "#console/parts/page.tsx";
import { PersonName } from "#console/parts/person-name.tsx";
import { useMe } from "#console/shell/me-context.ts";
import { useNotify } from "#console/shell/use-notify.tsx";
import { callMakerOf, requestBody, startAsk, whatIsMissing, type Ask, type Attempt, type Missing } from "./ask.ts";
import { ErrorSummary } from "./error-summary.tsx";
import { InstallationChoice } from "./installation-choice.tsx";
import { LimitFields } from "./limit-fields.tsx";
import { PersonChoice, peopleOf } from "./person-choice.tsx";
import { PromptPreview } from "./prompt-preview.tsx";
import { ReasonFields } from "./reason-fields.tsx";
import { putOnTicket } from "./put-on-ticket.ts";

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 5fr) minmax(0, 4fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 59.9375em)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "grid", gap: "16px", minWidth: 0 },
  preview: { "@media (min-width: 60em)": { position: "sticky", top: "4.25rem" } },
  who: { display: "grid", gap: "8px", justifyItems: "stretch", minWidth: 0 },
  link: { minHeight: "24px" },
  person: { display: "flex", flexWrap: "wrap", gap: "4px 12px", alignItems: "baseline" },
  send: {
    position: "sticky",
    bottom: 0,
    display: "flex",
    flexWrap: "wrap",
    gap: "12px",
    alignItems: "center",
    paddingBlock: "12px",
    backgroundColor: tokens.colorNeutralBackground2,
    // On a phone it would lie over the fields.
    "@media (max-width: 40em)": { position: "static" },
  },
  contact: { color: tokens.colorNeutralForeground3 },
});

interface Props {
  readonly version: TicketVersion;
  readonly userId: string;
  readonly copied: LogRequestDetail | undefined;
  /** Of the copied collectors those that are still wanted. */
  readonly only: readonly string[] | undefined;
  readonly onPickPerson: (userId: string) => void;
}

/** The ask itself, beside the prompt that it will become. */
export function AskForm({ version, userId, copied, only, onPickPerson }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const me = useMe();
  const client = useQueryClient();
  const notify = useNotify();
  const [, navigate] = useLocation();
  const { ticket } = version;
  const { data: user } = useQuery(userQuery(userId));
  const { data: installations } = useQuery(installationsQuery(userId));
  const { data: reports } = useQuery(reportsQuery(ticket.id));
  const others = useInfiniteQuery(requestsQuery({ userId, view: "waiting" }));
  const waiting = others.data?.pages[0]?.value.find(isOpen);
  const [ask, setAsk] = useState<Ask>(() => startAsk(copied, me.settings.answerByHours, only));
  const [missing, setMissing] = useState<readonly Missing[]>([]);
  const [error, setError] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  // One key for one ask: a second press, or a try after the line broke, asks the user once.
  const attempt = useRef<Attempt>(undefined);
  const change = (part: Partial<Ask>) => {
    attempt.current = undefined;
    setAsk((before) => ({ ...before, ...part }));
    setMissing([]);
    setError(undefined);
  };
  const isOnTicket = peopleOf(ticket).includes(userId);
  const locale = user?.locale ?? installations?.find((one) => one.locale !== undefined)?.locale;

  const send = async (event: React.FormEvent) => {
    event.preventDefault();
    const lacks = whatIsMissing(ask);
    setMissing(lacks);
    setError(undefined);
    if (lacks.length > 0) return;
    setSending(true);
    try {
      if (!isOnTicket) await putOnTicket(version, userId);
      attempt.current ??= { idempotencyKey: crypto.randomUUID(), body: requestBody(ask, userId, Date.now()) };
      const { body } = await callApi<LogRequest>("POST", `/v1/tickets/${ticket.id}/log-requests`, attempt.current);
      const names = { ticketNumber: ticket.number, ticketSubject: ticket.subject };
      insertRequest(client, {
        ...body,
        ...names,
        ...(user?.label === undefined ? {} : { userLabel: user.label }),
        ...(user?.timeZone === undefined ? {} : { userTimeZone: user.timeZone }),
      });
      void client.invalidateQueries({ queryKey: ["ticket", ticket.id] });
      notify(t("new.sent"));
      navigate(`/log-requests/${body.id}`);
    } catch (trouble) {
      // A refusal stored nothing, and the next press says the time anew. Without an answer it may have been sent already.
      if (isRefusal(trouble)) attempt.current = undefined;
      void client.invalidateQueries({ queryKey: ["ticket", ticket.id] });
      setError(trouble);
      setSending(false);
    }
  };

  return (
    <form className={styles.columns} onSubmit={(event) => void send(event)} noValidate>
      <ErrorSummary missing={missing} error={error} />
      <div className={styles.column}>
        <Section title={t("new.who")}>
          <div className={styles.who}>
            <div className={styles.person}>
              <Text weight="semibold" size={400}>
                <PersonName userId={userId} />
              </Text>
              <span className={styles.contact}>{user?.contacts[0] ?? userId}</span>
              <Link as="button" type="button" className={styles.link} onClick={() => setChoosing(!isChoosing)}>
                {t("new.person.other")}
              </Link>
            </div>
            <AppLink to={`/tickets/${ticket.id}`}>
              <bdi>
                {t("ticket.number", { number: ticket.number })} {ticket.subject}
              </bdi>
            </AppLink>
            {isChoosing ? <PersonChoice ticket={ticket} onPick={onPickPerson} /> : null}
            {isOnTicket ? null : <Notice text={t("new.person.added")} />}
            {waiting ? (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>
                  {t("new.alreadyAsked")}{" "}
                  <AppLink to={`/log-requests/${waiting.id}`} look="inText">
                    {t("new.alreadyAsked.link")}
                  </AppLink>
                </MessageBarBody>
              </MessageBar>
            ) : null}
            <InstallationChoice
              installations={installations}
              callMakerId={callMakerOf(reports ?? [], userId, ticket.callIds)}
              ask={ask}
              onChange={change}
            />
          </div>
        </Section>
        <Section title={t("new.what")}>
          <ReasonFields ask={ask} onChange={change} locale={locale} installations={installations} missing={missing} />
          <LimitFields ask={ask} onChange={change} missing={missing} />
        </Section>
        <div className={styles.send}>
          <Button type="submit" appearance="primary" size="large" icon={<SendRegular />} disabledFocusable={isSending}>
            {t("new.send")}
          </Button>
          <Text size={200}>{t("new.send.note")}</Text>
        </div>
      </div>
      <div className={styles.preview}>
        <PromptPreview ask={ask} userId={userId} ticketId={ticket.id} />
      </div>
    </form>
  );
}

function Notice({ text }: { readonly text: string }) {
  return (
    <MessageBar layout="multiline">
      <MessageBarBody>{text}</MessageBarBody>
    </MessageBar>
  );
}
