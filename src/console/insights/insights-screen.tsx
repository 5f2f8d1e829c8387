import { makeStyles, Select, Text, tokens } from "@fluentui/react-components";
import { ChartMultipleRegular } from "@fluentui/react-icons/svg/chart-multiple";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { insightsQuery } from "#console/api/queries.ts";
import type { Insights } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { Page, Section } from "#console/parts/page.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { useQueryParams } from "#console/parts/use-query-params.ts";
import { DataTable } from "./data-table.tsx";

const Charts = {
  Funnel: lazy(async () => ({ default: (await import("./charts.tsx")).FunnelChart })),
  Days: lazy(async () => ({ default: (await import("./charts.tsx")).DaysChart })),
};

const useStyles = makeStyles({
  tiles: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(min(180px, 100%), 1fr))", gap: "16px" },
  tile: {
    display: "grid",
    gap: "4px",
    alignContent: "start",
    padding: "16px 20px",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  quiet: { color: tokens.colorNeutralForeground3 },
  pair: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    gap: "24px",
    alignItems: "start",
    "@media (max-width: 56.25em)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
});

const DAYS = ["7", "30", "90"];
const STEPS = ["asked", "pushed", "seen", "answered", "shared", "linked"] as const;
const DAY_MS = 86_400_000;

/** How requests fare: the funnel, the times, the days and the platforms, each chart with its table. */
export function InsightsScreen() {
  const styles = useStyles();
  const { t } = useT();
  const [params, change] = useQueryParams();
  const days = DAYS.find((choice) => choice === params.get("days")) ?? "30";
  // Begins on a full hour, so that the query's key holds still.
  const from = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - Number(days) * DAY_MS).toISOString();
  const { data, error, isPending, refetch } = useQuery(insightsQuery({ from }));
  return (
    <Page
      title={t("insights.title")}
      actions={
        <Select aria-label={t("insights.span")} value={days} onChange={(_, { value }) => change({ days: value })}>
          {DAYS.map((choice) => (
            <option key={choice} value={choice}>
              {t("window.days", { count: Number(choice) })}
            </option>
          ))}
        </Select>
      }
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <SkeletonRows height={64} /> : null}
      <Text className={styles.quiet}>{t("insights.requestsOnly")}</Text>
      {data ? (
        data.funnel.asked === 0 ? (
          <EmptyState icon={<ChartMultipleRegular />} title={t("insights.none")} hint={t("insights.none.hint")} />
        ) : (
          <Figures insights={data} />
        )
      ) : null}
    </Page>
  );
}

function Figures({ insights }: { readonly insights: Insights }) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const { funnel, timeToAnswer, timeToLink, days, platforms } = insights;
  const share = (part: number, whole: number) =>
    whole === 0 ? "–" : format.number(part / whole, { style: "percent", maximumFractionDigits: 0 });
  const duration = (seconds: number | undefined) => (seconds === undefined ? "–" : format.duration(seconds));
  const steps = STEPS.map((step) => ({ name: t(`insights.step.${step}` as MessageKey), count: funnel[step] }));
  const tiles = [
    [t("insights.asked"), format.number(funnel.asked), ""],
    [t("insights.answerRate"), share(funnel.answered, funnel.asked), ""],
    [t("insights.shareRate"), share(funnel.shared, funnel.answered), t("insights.ofAnswered")],
    [
      t("insights.toAnswer"),
      duration(timeToAnswer.medianSeconds),
      t("insights.p90", { duration: duration(timeToAnswer.p90Seconds) }),
    ],
    [
      t("insights.toLink"),
      duration(timeToLink.medianSeconds),
      t("insights.p90", { duration: duration(timeToLink.p90Seconds) }),
    ],
  ] as const;
  return (
    <>
      <div className={styles.tiles}>
        {tiles.map(([name, value, note]) => (
          <div key={name} className={styles.tile}>
            <Text className={styles.quiet}>{name}</Text>
            <Text size={700} weight="semibold">
              {value}
            </Text>
            {note === "" ? null : (
              <Text size={200} className={styles.quiet}>
                {note}
              </Text>
            )}
          </div>
        ))}
      </div>
      <Section title={t("insights.funnel")}>
        <div className={styles.pair}>
          <Suspense fallback={<SkeletonRows count={4} />}>
            <Charts.Funnel steps={steps} />
          </Suspense>
          <DataTable
            caption={t("insights.funnel")}
            head={[t("insights.step"), t("insights.count"), t("insights.share")]}
            rows={steps.map(({ name, count }) => [name, format.number(count), share(count, funnel.asked)])}
          />
        </div>
      </Section>
      <Section title={t("insights.days")}>
        <div className={styles.pair}>
          <Suspense fallback={<SkeletonRows count={4} />}>
            <Charts.Days
              days={days}
              names={{ asked: t("insights.step.asked"), shared: t("decision.share"), declined: t("decision.decline") }}
            />
          </Suspense>
          <DataTable
            caption={t("insights.days")}
            head={[
              t("insights.day"),
              t("insights.step.asked"),
              t("decision.share"),
              t("decision.decline"),
              t("state.expired"),
            ]}
            rows={days.map((day) => [
              format.day(`${day.day}T12:00:00`),
              format.number(day.asked),
              format.number(day.shared),
              format.number(day.declined),
              format.number(day.expired),
            ])}
          />
        </div>
      </Section>
      <Section title={t("insights.platforms")}>
        <DataTable
          caption={t("insights.platforms")}
          head={[
            t("insights.platform"),
            t("insights.asked"),
            t("state.linked"),
            t("pushState.accepted"),
            t("pushState.refused"),
          ]}
          rows={platforms.map(({ platform, requests, states, pushes }) => [
            t(`platform.${platform}` as MessageKey),
            format.number(requests),
            format.number(states.linked ?? 0),
            format.number(pushes.accepted),
            format.number(pushes.refused),
          ])}
        />
      </Section>
    </>
  );
}
