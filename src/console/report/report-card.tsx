import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { installationsQuery } from "#console/api/queries.ts";
import type { Report } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { Copyable, copyables } from "#console/parts/copyable.tsx";
import { Facts } from "#console/parts/facts.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { OriginLabel } from "#console/parts/origin.tsx";
import { PersonLabel } from "#console/parts/request-names.tsx";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import { FilesTable } from "#console/request/files-table.tsx";
import { HadBeforeList } from "#console/request/had-before-list.tsx";
import { LeftOutList } from "#console/request/left-out-list.tsx";
import { reportWords } from "./report-words.ts";
import { readAnswers, type Answer } from "./survey-answers.ts";
import { SurveyShown } from "./survey-shown.tsx";

const useStyles = makeStyles({
  card: {
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    scrollMarginTop: "64px",
    // Its files have lines between them: what parts two reports must be more than a line.
    "&:not(:first-child)": { borderTop: `8px solid ${tokens.colorNeutralBackground2}` },
  },
  inside: { display: "grid", gap: "14px", padding: "14px 16px", minWidth: 0 },
  head: { display: "flex", flexWrap: "wrap", gap: "6px 16px", alignItems: "center" },
  who: { display: "grid", flexGrow: 1, minWidth: "160px", gap: "2px" },
  name: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  badge: { flexShrink: 0, fontSize: "16px" },
  quote: {
    margin: 0,
    paddingInlineStart: "12px",
    borderInlineStartWidth: "3px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: tokens.colorBrandStroke1,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  long: { maxHeight: "320px", overflowY: "auto" },
  summary: { cursor: "pointer", minHeight: "24px", fontSize: tokens.fontSizeBase200 },
  more: { padding: "8px 16px 12px", borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  facts: { marginTop: "8px" },
});

/** More characters or lines than these do not stand on a screen beside what else there is. */
const LONG = 1_200;
const LONG_LINES = 14;

interface Props {
  readonly report: Report;
  readonly userZone: string | undefined;
}

/** What one user reported: in which way, in which words, of which call, with which files, and what became of it. */
export function ReportCard({ report, userZone }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const card = useRef<HTMLLIElement>(null);
  const anchor = `report-${report.id}`;
  // An address that names this report leads to it, though it is drawn long after the page was opened.
  useEffect(() => {
    if (location.hash === `#${anchor}`) card.current?.scrollIntoView({ block: "start" });
  }, [anchor]);
  const { icon: Icon, tone, word } = reportWords(report, t);
  const { rated, others } = readAnswers(report.answers);
  return (
    <li ref={card} id={anchor} className={styles.card} data-report={report.id} data-report-state={report.state}>
      <div className={styles.inside}>
        <div className={styles.head}>
          <div className={styles.who}>
            <h3 className={styles.name}>
              <AppLink to={`/people/${encodeURIComponent(report.userId)}`} look="strong">
                <PersonLabel request={report} />
              </AppLink>
            </h3>
            <span className={styles.quiet}>
              <OriginLabel origin={report.origin} />
              {" · "}
              <Moment at={report.createdAt} show="relative" userZone={userZone} />
            </span>
          </div>
          <ToneBadge tone={tone}>
            <Icon className={styles.badge} aria-hidden />
            {word}
          </ToneBadge>
        </div>
        {report.text === "" ? (
          <Text className={styles.quiet}>{t("report.wordless")}</Text>
        ) : (
          <Quote text={report.text} />
        )}
        {rated.length > 0 ? <SurveyShown rated={rated} /> : null}
        <About report={report} others={others} userZone={userZone} />
      </div>
      {report.files.length > 0 ? <FilesTable files={report.files} isPart /> : null}
      <LeftOutList leftOut={report.consent.leftOut} />
      <HadBeforeList ticketId={report.ticketId} files={report.files} />
      <Technical report={report} userZone={userZone} />
    </li>
  );
}

/** The user's own words. So long that they scroll by themselves, they can be reached by keys. */
function Quote({ text }: { readonly text: string }) {
  const styles = useStyles();
  const { t } = useT();
  const isLong = text.length > LONG || text.split("\n").length > LONG_LINES;
  return (
    <blockquote
      className={mergeClasses(styles.quote, isLong && styles.long)}
      aria-label={t("report.words.of")}
      {...(isLong ? { tabIndex: 0 } : {})}
    >
      <bdi>{text}</bdi>
    </blockquote>
  );
}

/** What the report is about, by the ids that other systems know as well. */
function About({ report, others, userZone }: Props & { readonly others: readonly (readonly [string, Answer])[] }) {
  const { t } = useT();
  const { callIds, participantId, surveyId, sdkVersion, state, uploadBy, consent } = report;
  const id = (name: string, text: string | undefined) => copyables(name, text === undefined ? [] : [text]);
  return (
    <Facts
      rows={[
        [t("report.calls"), copyables(t("report.calls"), callIds)],
        [t("report.participant"), id(t("report.participant"), participantId)],
        [t("report.survey"), id(t("report.survey"), surveyId)],
        [t("report.sdkVersion"), id(t("report.sdkVersion"), sdkVersion)],
        [
          t("report.installation"),
          report.installationId === undefined ? undefined : (
            <InstallationName key="installation" userId={report.userId} installationId={report.installationId} />
          ),
        ],
        ...others.map(([name, answer]) => [name, <bdi key={name}>{plainAnswer(answer, t)}</bdi>] as const),
        [
          t("request.uploadBy"),
          state !== "open" || uploadBy === undefined ? undefined : (
            <Moment key="by" at={uploadBy} userZone={userZone} />
          ),
        ],
        [
          t("consent.withdrawn"),
          consent.withdrawnAt === undefined ? undefined : (
            <Moment key="back" at={consent.withdrawnAt} userZone={userZone} />
          ),
        ],
      ]}
    />
  );
}

function plainAnswer(answer: Answer, t: (key: MessageKey) => string): string {
  if (Array.isArray(answer)) return answer.join(", ");
  if (typeof answer === "boolean") return t(answer ? "answer.yes" : "answer.no");
  return answer === null ? "–" : String(answer);
}

/** The device as people call it, where it is registered; its id alone where it is not, or no more. */
function InstallationName({ userId, installationId }: { readonly userId: string; readonly installationId: string }) {
  const { t } = useT();
  const { data } = useQuery(installationsQuery(userId));
  const known = data?.find(({ id }) => id === installationId);
  if (known === undefined) return <Copyable name={t("report.installation")} text={installationId} />;
  const version = known.appVersion === undefined ? undefined : t("app.version", { version: known.appVersion });
  const name = known.model ?? t(`platform.${known.platform}` as MessageKey);
  return <>{[name, known.osVersion, version].filter((part) => part !== undefined).join(" · ")}</>;
}

/** Which text stood before the user, and the ids of ours. */
function Technical({ report, userZone }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const { consentText, deviceNow, decidedAt } = report.consent;
  return (
    <details className={styles.more}>
      <summary className={styles.summary}>{t("report.technical")}</summary>
      <div className={styles.facts}>
        <Facts
          rows={[
            [t("consent.at"), <Moment key="at" at={decidedAt} userZone={userZone} />],
            [t("report.deviceNow"), deviceNow === undefined ? undefined : <Moment key="device" at={deviceNow} />],
            [
              t("report.text"),
              consentText === undefined ? t("report.text.none") : `${consentText.version} (${consentText.locale})`,
            ],
            [t("consent.hash"), copyables(t("consent.hash"), consentText === undefined ? [] : [consentText.sha256])],
            [t("report.id"), <Copyable key="report" name={t("report.id")} text={report.id} />],
            [t("technical.consent"), <Copyable key="consent" name={t("technical.consent")} text={report.consent.id} />],
            [
              t("technical.installation"),
              copyables(
                t("technical.installation"),
                report.installationId === undefined ? [] : [report.installationId],
              ),
            ],
          ]}
        />
      </div>
    </details>
  );
}
