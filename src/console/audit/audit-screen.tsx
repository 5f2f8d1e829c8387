import { Button, Field, Input, makeStyles, mergeClasses, Select, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { HistoryRegular } from "@fluentui/react-icons/svg/history";
import { useInfiniteQuery } from "@tanstack/react-query";
import { queryOf } from "#console/api/call-api.ts";
import { auditQuery, type Filter } from "#console/api/queries.ts";
import type { AuditEvent, FactType } from "#console/api/shapes.ts";
import { useT, type MessageKey, type Translate } from "#console/i18n/use-t.ts";
import { KnownName } from "#console/parts/agent-name.tsx";
import { AppLink } from "#console/parts/app-link.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { isOrigin, originWords, reportPath } from "#console/parts/origin.tsx";
import { Page } from "#console/parts/page.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { outcomeWords } from "#console/request/push-outcome.ts";
import { useQueryParams } from "#console/parts/use-query-params.ts";

const useStyles = makeStyles({
  filters: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(11.25rem, 100%), 1fr))",
    gap: "12px",
    alignItems: "end",
  },
  input: { minWidth: 0, width: "100%" },
  select: { minWidth: 0, "& select": { minWidth: 0 } },
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
    gridTemplateColumns: "10.625rem minmax(0, 1fr) minmax(0, 1fr)",
    gap: "2px 16px",
    padding: "10px 20px",
    "&:not(:first-child)": { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
    "@media (max-width: 47.5em)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  links: { display: "flex", flexWrap: "wrap", gap: "0 16px" },
  data: { display: "block", fontSize: tokens.fontSizeBase200 },
  quiet: { color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
  more: { margin: "0 auto" },
});

/** What people most often look for; the address takes any type that the API knows. */
const TYPES: readonly FactType[] = [
  "request.created",
  "request.consented",
  "request.declined",
  "request.cancelled",
  "request.withdrawn",
  "report.created",
  "report.withdrawn",
  "file.read",
  "file.downloadLinkCreated",
  "pack.created",
  "file.deleted",
  "template.put",
  "agent.signedIn",
  "ticket.updated",
];

/** A day in the agent's zone becomes the moments that it begins and ends. */
const startOf = (day: string | null) => (day ? new Date(`${day}T00:00:00`).toISOString() : undefined);
const endOf = (day: string | null) =>
  day ? new Date(Date.parse(`${day}T00:00:00`) + 86_400_000).toISOString() : undefined;

/** Who did what, newest first; the same filter as CSV. */
export function AuditScreen() {
  const styles = useStyles();
  const { t } = useT();
  const [params, change] = useQueryParams();
  const filter: Filter = {
    type: params.get("type") ?? undefined,
    actorId: params.get("actor") ?? undefined,
    userId: params.get("user") ?? undefined,
    from: startOf(params.get("from")),
    to: endOf(params.get("to")),
  };
  const list = useInfiniteQuery(auditQuery(filter));
  const events = list.data?.pages.flatMap(({ value }) => value) ?? [];
  const field = (name: string) => ({
    className: styles.input,
    value: params.get(name) ?? "",
    onChange: (_: unknown, { value }: { value: string }) => change({ [name]: value }),
  });
  return (
    <Page
      title={t("audit.title")}
      actions={
        <Button
          as="a"
          href={`/v1/audit-events${queryOf({ ...filter, format: "csv" })}`}
          download="audit.csv"
          icon={<ArrowDownloadRegular />}
        >
          {t("audit.csv")}
        </Button>
      }
    >
      <div className={styles.filters}>
        <Field label={t("audit.type")}>
          <Select
            className={styles.select}
            value={params.get("type") ?? ""}
            onChange={(_, { value }) => change({ type: value })}
          >
            <option value="">{t("audit.anyType")}</option>
            {TYPES.map((type) => (
              <option key={type} value={type}>
                {t(`fact.${type}` as MessageKey)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("audit.actor")}>
          <Input {...field("actor")} data-search />
        </Field>
        <Field label={t("audit.user")}>
          <Input {...field("user")} />
        </Field>
        <Field label={t("audit.from")}>
          <Input type="date" {...field("from")} />
        </Field>
        <Field label={t("audit.to")}>
          <Input type="date" {...field("to")} />
        </Field>
      </div>
      {list.error ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.isPending ? <SkeletonRows /> : null}
      {!list.isPending && !list.error && events.length === 0 ? (
        <EmptyState icon={<HistoryRegular />} title={t("audit.none")} />
      ) : null}
      {events.length > 0 ? (
        <ul className={styles.list}>
          {events.map((event) => (
            <li key={event.id} className={styles.item}>
              <span className={styles.quiet}>
                <Moment at={event.at} />
              </span>
              <span>
                {t(`fact.${event.type}` as MessageKey)}
                <span className={mergeClasses(styles.quiet, styles.data)}>
                  {t(`actor.${event.actor.kind}`)} <Actor actor={event.actor} />
                </span>
              </span>
              <span className={styles.quiet}>
                <Where event={event} />
              </span>
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

/** The id, because it is what the audit keeps; an agent's name beside it, because it is what people know. */
function Actor({ actor: { kind, id } }: { readonly actor: AuditEvent["actor"] }) {
  return (
    <>
      {kind === "agent" ? <KnownName agentId={id} /> : null}
      <bdi>{id}</bdi>
    </>
  );
}

function Where({ event }: { readonly event: AuditEvent }) {
  const styles = useStyles();
  const { t } = useT();
  const data = dataWords(event, t);
  return (
    <>
      <span className={styles.links}>
        {event.requestId === undefined ? null : (
          <AppLink to={`/log-requests/${event.requestId}`}>{t("audit.request")}</AppLink>
        )}
        {event.reportId === undefined || event.ticketId === undefined ? null : (
          <AppLink to={reportPath(event.ticketId, event.reportId)}>{t("audit.report")}</AppLink>
        )}
        {event.ticketId === undefined ? null : <AppLink to={`/tickets/${event.ticketId}`}>{t("audit.ticket")}</AppLink>}
        {event.userId === undefined ? null : (
          <AppLink to={`/people/${encodeURIComponent(event.userId)}`}>
            <bdi>{event.userId}</bdi>
          </AppLink>
        )}
      </span>
      {data.length === 0 ? null : <span className={styles.data}>{data.join(" · ")}</span>}
    </>
  );
}

/** What the fact holds beside ids, in words where there are any. */
function dataWords({ type, data }: AuditEvent, t: Translate): readonly string[] {
  const { platform } = data;
  if (type === "push.outcome" && typeof platform === "string") return [outcomeWords(platform, data, t)];
  return Object.entries(data)
    .filter(([name]) => !name.endsWith("Id"))
    .map(([name, value]) => {
      if (name === "origin" && isOrigin(value)) return originWords(value, t);
      if (name === "platform") return t(`platform.${plain(value)}` as MessageKey);
      return `${name}: ${plain(value)}`;
    });
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
