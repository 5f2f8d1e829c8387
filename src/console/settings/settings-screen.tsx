import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { systemQuery } from "#console/api/queries.ts";
import type { System } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT, type Translate } from "#console/i18n/use-t.ts";
import { SETTING_MEANINGS_DE } from "#messages/settings-de.ts";
import { DataTable } from "#console/insights/data-table.tsx";
import { Facts } from "#console/parts/facts.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { Page, Section } from "#console/parts/page.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { ToneBadge } from "#console/parts/state-badge.tsx";

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 3fr) minmax(0, 2fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 63.9375em)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  list: { listStyleType: "none", margin: "8px 0 0", padding: 0 },
  item: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto",
    gap: "2px 12px",
    padding: "10px 16px",
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  name: { fontFamily: tokens.fontFamilyMonospace, overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, gridColumn: "1 / -1" },
  value: { gridColumn: "1 / -1", overflowWrap: "anywhere" },
  jobs: { marginTop: "16px" },
  parts: { listStyleType: "none", margin: "0 0 16px", padding: 0, display: "grid", gap: "10px" },
  part: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
});

const SOURCE_TONES = { environment: "brand", default: "informative", unset: "subtle" } as const;
const PART_TONES = { ok: "success", degraded: "warning", away: "danger" } as const;

/** What the operator set, where each value comes from, and how the deployment fares. Nothing is changed here. */
export function SettingsScreen() {
  const styles = useStyles();
  const { t } = useT();
  const { data, error, isPending, refetch } = useQuery({ ...systemQuery, refetchInterval: 15_000 });
  return (
    <Page title={t("settings.title")}>
      <Text>{t("settings.readOnly")}</Text>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <SkeletonRows /> : null}
      {data ? <Trouble parts={data.parts} /> : null}
      {data ? (
        <div className={styles.columns}>
          <Section title={t("settings.values")} flush>
            <ul className={styles.list}>
              {data.settings.map(({ name, meaning, source, secret, value }) => (
                <li key={name} className={styles.item}>
                  <span className={styles.name}>{name}</span>
                  <ToneBadge tone={SOURCE_TONES[source]}>{t(`source.${source}`)}</ToneBadge>
                  <span className={styles.value}>
                    {secret && source === "environment" ? t("settings.secret") : value}
                  </span>
                  <Meaning name={name} english={meaning} />
                </li>
              ))}
            </ul>
          </Section>
          <Section title={t("system.title")}>
            <SystemPanel system={data} />
          </Section>
        </div>
      ) : null}
    </Page>
  );
}

/** What a setting is for: in the agent's language where it is known, else in the server's English. */
function Meaning({ name, english }: { readonly name: string; readonly english: string }) {
  const styles = useStyles();
  const { language } = useT();
  const german = language === "de" ? SETTING_MEANINGS_DE[name] : undefined;
  return (
    <span className={styles.quiet} lang={german === undefined ? "en" : "de"}>
      {german ?? english}
    </span>
  );
}

function SystemPanel({ system }: { readonly system: System }) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const { parts, versions, queue, outbox, oldestOverdueRequestSeconds, lastSweepAt } = system;
  const jobs = Object.entries(queue.jobs ?? {});
  return (
    <>
      <ul className={styles.parts}>
        {Object.entries(parts).map(([name, { state, detail }]) => (
          <li key={name} className={styles.part}>
            <ToneBadge tone={PART_TONES[state]}>{t(`part.${state}`)}</ToneBadge>
            <strong>{partName(name, t)}</strong>
            {detail === undefined ? null : <span className={styles.quiet}>{detail}</span>}
          </li>
        ))}
      </ul>
      <Facts
        rows={[
          [t("system.version"), versions.beckon],
          ["Node.js", versions.node],
          ["PostgreSQL", versions.database],
          [t("system.migration"), versions.migration],
          [t("system.queue"), queue.kind === "redis" ? "Redis" : "PostgreSQL"],
          [t("system.outbox"), format.number(outbox.rows)],
          [t("system.overdue"), format.duration(oldestOverdueRequestSeconds)],
          [
            t("system.sweep"),
            lastSweepAt === undefined ? undefined : <Moment key="sweep" at={lastSweepAt} show="relative" />,
          ],
        ]}
      />
      {jobs.length === 0 ? null : (
        <div className={styles.jobs}>
          <DataTable
            caption={t("system.jobs")}
            head={[t("system.jobs"), t("system.jobs.waiting"), t("system.jobs.active"), t("system.jobs.failed")]}
            rows={jobs.map(([name, { waiting, active, failed }]) => [
              name,
              format.number(waiting),
              format.number(active),
              format.number(failed),
            ])}
          />
        </div>
      )}
    </>
  );
}

const PART_NAMES = ["database", "queue", "blobs", "hub"] as const;

function partName(name: string, t: Translate): string {
  const known = PART_NAMES.find((part) => part === name);
  return known ? t(`part.name.${known}`) : name;
}

/** What does not work comes first: an operator who opens this page looks for it. */
function Trouble({ parts }: Pick<System, "parts">) {
  const { t } = useT();
  return Object.entries(parts).map(([name, { state, detail }]) =>
    state === "ok" ? null : (
      <MessageBar key={name} intent={state === "away" ? "error" : "warning"} layout="multiline" data-part={name}>
        <MessageBarBody>
          <MessageBarTitle>
            {partName(name, t)}: {t(`part.${state}`)}
          </MessageBarTitle>{" "}
          {detail}
        </MessageBarBody>
      </MessageBar>
    ),
  );
}
