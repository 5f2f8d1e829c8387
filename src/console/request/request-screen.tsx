import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { requestQuery, ticketQuery, userQuery } from "#console/api/queries.ts";
import type { LogRequestDetail } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { onScreen } from "#console/live/announce.ts";
import { isOpen } from "#console/live/belongs-to-view.ts";
import { markRead } from "#console/live/unread.ts";
import { AgentName } from "#console/parts/agent-name.tsx";
import { AppLink } from "#console/parts/app-link.tsx";
import { Facts } from "#console/parts/facts.tsx";
import { Moment, UserZone } from "#console/parts/moment.tsx";
import { Page, Section } from "#console/parts/page.tsx";
import { PersonLabel, TicketLabel } from "#console/parts/request-names.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { stateWords, type Tone } from "#console/parts/state-words.tsx";
import { useCollectorLabel } from "#console/parts/use-collector-label.ts";
import { ConsentShown } from "./consent-shown.tsx";
import { FilesTable } from "./files-table.tsx";
import { HadBeforeList } from "./had-before-list.tsx";
import { LeftOutList } from "./left-out-list.tsx";
import { PushList } from "./push-list.tsx";
import { RequestActions } from "./request-actions.tsx";
import { Timeline } from "./timeline.tsx";

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 5fr) minmax(0, 3fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 63.9375em)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "grid", gap: "16px", minWidth: 0 },
  state: {
    display: "flex",
    gap: "16px",
    alignItems: "flex-start",
    padding: "16px 20px",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderInlineStartWidth: "4px",
    backgroundColor: tokens.colorNeutralBackground1,
  },
  stateIcon: { fontSize: "32px", lineHeight: 1, flexShrink: 0 },
  stateText: { display: "grid", gap: "4px", minWidth: 0 },
  stateWord: { margin: 0 },
  quote: {
    margin: "0 0 16px",
    paddingInlineStart: "12px",
    borderInlineStartWidth: "3px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: tokens.colorNeutralStroke1,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  ids: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, marginTop: "12px" },
  summary: { cursor: "pointer", minHeight: "24px" },
  subtitle: { marginTop: "-8px" },
});

const useTones = makeStyles({
  informative: { borderInlineStartColor: tokens.colorNeutralStrokeAccessible },
  subtle: { borderInlineStartColor: tokens.colorNeutralStrokeAccessible },
  brand: { borderInlineStartColor: tokens.colorBrandStroke1, "& svg": { color: tokens.colorBrandForeground1 } },
  success: {
    borderInlineStartColor: tokens.colorStatusSuccessBorderActive,
    "& svg": { color: tokens.colorStatusSuccessForeground1 },
  },
  warning: {
    borderInlineStartColor: tokens.colorStatusWarningBorderActive,
    "& svg": { color: tokens.colorStatusWarningForeground3 },
  },
  danger: {
    borderInlineStartColor: tokens.colorStatusDangerBorderActive,
    "& svg": { color: tokens.colorStatusDangerForeground1 },
  },
} satisfies Record<Tone, object>);

/** That a push is made and tried again, and when, is no fact that the feed would tell. */
const LOOK_AGAIN_MS = 5_000;

const isBeingPushed = ({ state, reach, pushes }: LogRequestDetail) =>
  (state === "requested" && reach === "pending") || pushes.some((push) => push.state === "waiting");

/** One request with all that is known of it, as it happens. */
export function RequestScreen({ requestId }: { readonly requestId: string }) {
  const { t } = useT();
  const {
    data: request,
    error,
    refetch,
  } = useQuery({
    ...requestQuery(requestId),
    refetchInterval: ({ state: { data } }) => data !== undefined && isBeingPushed(data) && LOOK_AGAIN_MS,
  });
  const { data: user } = useQuery({ ...userQuery(request?.userId ?? ""), enabled: request !== undefined });
  useEffect(() => {
    if (!request) return;
    // What comes while nobody looks stays news until somebody does.
    const look = () => document.hidden || markRead(request);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [request]);
  useEffect(() => {
    onScreen.add(requestId);
    return () => void onScreen.delete(requestId);
  }, [requestId]);
  const title = request ? (request.userLabel ?? request.userId) : t("request.title");
  return (
    <Page title={title} actions={request ? <RequestActions request={request} /> : undefined}>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {request ? (
        <UserZone value={user?.timeZone}>
          <Whole request={request} />
        </UserZone>
      ) : error ? null : (
        <SkeletonRows height={64} count={4} />
      )}
    </Page>
  );
}

interface PartProps {
  readonly request: LogRequestDetail;
}

function Whole({ request }: PartProps) {
  const styles = useStyles();
  const { t } = useT();
  const { data } = useQuery(ticketQuery(request.ticketId));
  return (
    <>
      <Text className={styles.subtitle}>
        <AppLink to={`/tickets/${request.ticketId}`}>
          <TicketLabel request={request} />
        </AppLink>
        {data?.ticket.externalId === undefined
          ? null
          : ` · ${data.ticket.externalSystem ?? ""} ${data.ticket.externalId}`}
      </Text>
      <StateBanner request={request} />
      <div className={styles.columns}>
        <div className={styles.column}>
          <Section title={t("files.title")} flush>
            <FilesTable files={request.files} request={request} />
            <LeftOutList leftOut={request.consent?.leftOut ?? []} />
            <HadBeforeList ticketId={request.ticketId} files={request.files} />
          </Section>
          <Section title={t("timeline.title")}>
            <Timeline ticketId={request.ticketId} requestId={request.id} files={request.files} />
          </Section>
        </div>
        <div className={styles.column}>
          <Section title={t("request.asked")}>
            <Asked request={request} />
          </Section>
          <Section title={t("consent.title")}>
            <ConsentShown request={request} />
          </Section>
          <Section title={t("pushes.title")}>
            <PushList request={request} />
          </Section>
          <Section title={t("technical.title")}>
            <details>
              <summary className={styles.summary}>{t("technical.show")}</summary>
              <div className={styles.ids}>
                <Facts
                  rows={[
                    [t("technical.request"), request.id],
                    [t("technical.ticket"), request.ticketId],
                    [t("technical.user"), request.userId],
                    [t("technical.installation"), request.installationId],
                    [t("technical.consent"), request.consent?.id],
                    [t("technical.state"), `${request.state} / ${request.reach}`],
                    [t("technical.reason"), request.reachReason],
                  ]}
                />
              </div>
            </details>
          </Section>
        </div>
      </div>
    </>
  );
}

function StateBanner({ request }: PartProps) {
  const styles = useStyles();
  const tones = useTones();
  const { t } = useT();
  const { icon: Icon, word, meaning, tone } = stateWords(request, t);
  return (
    <div className={mergeClasses(styles.state, tones[tone])} data-state={request.state}>
      <Icon className={styles.stateIcon} aria-hidden />
      <div className={styles.stateText}>
        <Text as="h2" size={500} weight="semibold" className={styles.stateWord}>
          {word}
        </Text>
        <Text>{meaning}</Text>
        {isOpen(request) ? (
          <Text>
            {t("request.endsAsking")} <Moment at={request.answerBy} show="relative" />
            {" · "}
            <Moment at={request.answerBy} />
          </Text>
        ) : null}
        {isOpen(request) && request.snoozedUntil !== undefined ? (
          <Text>
            {t("request.snoozed")} <Moment at={request.snoozedUntil} />
          </Text>
        ) : null}
        {request.state === "consented" && request.uploadBy !== undefined ? (
          <Text>
            {t("request.uploadBy")} <Moment at={request.uploadBy} show="relative" />
          </Text>
        ) : null}
      </div>
    </div>
  );
}

function Asked({ request }: PartProps) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const labelOf = useCollectorLabel();
  return (
    <>
      <blockquote className={styles.quote}>
        <bdi>{request.reason}</bdi>
      </blockquote>
      <Facts
        rows={[
          [
            t("column.person"),
            <AppLink key="person" to={`/people/${encodeURIComponent(request.userId)}`}>
              <PersonLabel request={request} />
            </AppLink>,
          ],
          [t("field.collectors"), format.list(request.collectors.map(labelOf))],
          [
            t("field.window"),
            request.window ? (
              <>
                <Moment at={request.window.from} /> – <Moment at={request.window.to} />
              </>
            ) : (
              t("window.any")
            ),
          ],
          [t("field.limit"), t("limit.both", { size: format.size(request.maxBytes), count: request.maxFiles })],
          [t("column.asked"), <Moment key="asked" at={request.createdAt} />],
          [t("request.by"), <AgentName key="by" agentId={request.agentId} />],
          [t("request.reminders"), request.reminders > 0 ? format.number(request.reminders) : undefined],
        ]}
      />
    </>
  );
}
