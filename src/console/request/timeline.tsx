import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { timelineQuery } from "#console/api/queries.ts";
import type { LogFile, TimelineEntry } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT, type MessageKey, type Translate } from "#console/i18n/use-t.ts";
import { AgentName } from "#console/parts/agent-name.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { isOrigin, originOf, originWords, type Origin } from "#console/parts/origin.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { PersonName } from "#console/parts/person-name.tsx";
import { outcomeWords, withoutRepeatedOutcomes } from "./push-outcome.ts";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0 },
  entry: {
    display: "grid",
    gridTemplateColumns: "16px minmax(0, 1fr) auto",
    gap: "12px",
    paddingBottom: "14px",
    position: "relative",
    "&:not(:last-child)::before": {
      content: '""',
      position: "absolute",
      insetInlineStart: "7px",
      top: "16px",
      bottom: 0,
      width: "2px",
      backgroundColor: tokens.colorNeutralStroke2,
    },
  },
  dot: {
    width: "10px",
    height: "10px",
    margin: "5px 3px",
    borderRadius: "50%",
    boxSizing: "border-box",
    border: `2px solid ${tokens.colorNeutralStrokeAccessible}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  milestone: {
    backgroundColor: tokens.colorCompoundBrandBackground,
    border: `2px solid ${tokens.colorCompoundBrandBackground}`,
  },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  text: { display: "grid", minWidth: 0 },
  day: { "&:not(:first-child)": { marginTop: "8px" } },
  dayName: { display: "block", margin: "0 0 10px", color: tokens.colorNeutralForeground3 },
});

/** Facts that move a request or a report; the rest is quieter. */
const isMilestone = (type: TimelineEntry["type"]) =>
  type.startsWith("request.") ||
  type.startsWith("report.") ||
  type === "agentUpload.created" ||
  type === "ticket.created";

interface Props {
  readonly ticketId: string;
  /** Only this request's facts; absent: everything on the ticket. */
  readonly requestId?: string;
  readonly userZone?: string | undefined;
  /** Facts name files by id; people by name. */
  readonly files?: readonly LogFile[];
}

/** What happened, newest first, so that what just came stands on top. */
export function Timeline({ ticketId, requestId, userZone, files = [] }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const { data, error, isPending, refetch } = useQuery(timelineQuery(ticketId));
  if (isPending) return <SkeletonRows count={3} height={24} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const entries = withoutRepeatedOutcomes(data)
    .filter((entry) => requestId === undefined || entry.requestId === requestId)
    .toReversed();
  if (entries.length === 0) return <Text>{t("timeline.none")}</Text>;
  const days = Map.groupBy(entries, ({ at }) => format.day(at));
  return (
    <>
      {[...days].map(([day, facts]) => (
        <section key={day} className={styles.day}>
          <Text as="h3" size={200} weight="semibold" className={styles.dayName}>
            {day}
          </Text>
          <ol className={styles.list} reversed>
            {facts.map((entry) => (
              <Fact
                key={entry.id}
                entry={entry}
                userZone={userZone}
                files={files}
                origin={requestId === undefined ? originOfFact(entry, files) : undefined}
              />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

/** What happened, in words; whose push service said what of a push. */
function factWords({ type, data }: TimelineEntry, t: Translate): string {
  const { platform } = data;
  if (type === "push.outcome" && typeof platform === "string") return outcomeWords(platform, data, t);
  return t(`fact.${type}` as MessageKey);
}

/** Of a file's fact: what it came with. Other facts say so themselves. */
function originOfFact(entry: TimelineEntry, files: readonly LogFile[]): Origin | undefined {
  const { type, requestId, reportId, fileId } = entry;
  if (!type.startsWith("file.") && type !== "links.created") return undefined;
  const file = files.find(({ id }) => id === fileId);
  if (file) return originOf(file, []);
  return requestId === undefined ? (reportId === undefined ? undefined : "report") : "request";
}

interface FactProps {
  readonly entry: TimelineEntry;
  /** Said where facts of several requests and reports stand together. */
  readonly origin: Origin | undefined;
  readonly userZone: string | undefined;
  readonly files: readonly LogFile[];
}

function Fact({ entry, origin, userZone, files }: FactProps) {
  const styles = useStyles();
  const { t } = useT();
  return (
    <li className={styles.entry} data-fact={entry.type}>
      <span className={mergeClasses(styles.dot, isMilestone(entry.type) && styles.milestone)} aria-hidden />
      <span className={styles.text}>
        <span>{factWords(entry, t)}</span>
        <span className={styles.quiet}>
          <Actor entry={entry} />
          {entry.fileId === undefined ? null : <FileName name={files.find(({ id }) => id === entry.fileId)?.name} />}
          <Detail entry={entry} />
          {origin === undefined ? null : ` · ${originWords(origin, t)}`}
        </span>
      </span>
      <span className={styles.quiet}>
        <Moment at={entry.at} show="clock" userZone={userZone} />
      </span>
    </li>
  );
}

function FileName({ name }: { readonly name: string | undefined }) {
  return name === undefined ? null : (
    <>
      {" · "}
      <bdi>{name}</bdi>
    </>
  );
}

function Actor({ entry }: { readonly entry: TimelineEntry }) {
  const { t } = useT();
  const { kind, id } = entry.actor;
  if (kind === "user") return <PersonName userId={id} />;
  if (kind === "agent") return <AgentName agentId={id} />;
  return <>{t(`actor.${kind}`)}</>;
}

/** What the fact says beside its type: words of the product, never free text. */
function Detail({ entry }: { readonly entry: TimelineEntry }) {
  const { t } = useT();
  const { platform, reason, bytes, origin } = entry.data;
  const isOutcome = entry.type === "push.outcome";
  return (
    <>
      {typeof platform === "string" && !isOutcome ? ` · ${t(`platform.${platform}` as MessageKey)}` : null}
      {isOrigin(origin) ? ` · ${originWords(origin, t)}` : null}
      {entry.data["unproven"] === true ? ` · ${t("files.unproven")}` : null}
      {bytes === "left" ? ` · ${t("workItem.bytesLeft")}` : null}
      {entry.type.startsWith("file.") && typeof reason === "string"
        ? ` · ${t(`fileReason.${reason}` as MessageKey)}`
        : null}
    </>
  );
}
