import { makeStyles, tokens } from "@fluentui/react-components";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import type { RatedPart } from "./survey-answers.ts";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: "10px" },
  part: { display: "grid", gap: "6px" },
  line: { display: "flex", flexWrap: "wrap", gap: "2px 10px", alignItems: "baseline" },
  name: { color: tokens.colorNeutralForeground3, minWidth: "96px" },
  stars: { letterSpacing: "1px", color: tokens.colorNeutralForeground2 },
  score: { fontWeight: tokens.fontWeightSemibold },
  tags: { listStyleType: "none", margin: 0, padding: 0, display: "flex", flexWrap: "wrap", gap: "6px" },
  tag: { display: "inline-flex", maxWidth: "100%" },
});

/** More than so many are no stars that anybody counts. */
const MOST_STARS = 10;

/** The tags in the words that the user ticked: the survey screen's own catalogue, fetched when a survey is looked at. */
const tagWordsQuery = (language: string) =>
  queryOptions({
    queryKey: ["tagWords", language],
    staleTime: Infinity,
    queryFn: async (): Promise<Readonly<Record<string, string>>> => {
      if (language === "de") return (await import("#messages/report-screen-de.ts")).REPORT_SCREEN_DE;
      if (language === "ar") return (await import("#messages/report-screen-ar.ts")).REPORT_SCREEN_AR;
      return (await import("#messages/report-screen-en.ts")).REPORT_SCREEN_EN;
    },
  });

/** How the user rated the call, and what they ticked. */
export function SurveyShown({ rated }: { readonly rated: readonly RatedPart[] }) {
  const styles = useStyles();
  const { t } = useT();
  return (
    <ul className={styles.list} data-survey>
      {rated.map(({ part, score, best, issues }) => (
        <li key={part} className={styles.part}>
          <span className={styles.line}>
            <span className={styles.name}>{t(`rating.${part}`)}</span>
            <Score score={score} best={best} />
          </span>
          <Tags tags={issues} />
        </li>
      ))}
    </ul>
  );
}

function Score({ score, best }: Pick<RatedPart, "score" | "best">) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const hasStars = Number.isInteger(score) && score >= 0 && score <= best && best <= MOST_STARS;
  return (
    <>
      {hasStars ? (
        <span className={styles.stars} aria-hidden>
          {"★".repeat(score) + "☆".repeat(best - score)}
        </span>
      ) : null}
      <span className={styles.score}>
        {t("rating.score", { score: format.number(score), best: format.number(best) })}
      </span>
    </>
  );
}

function Tags({ tags }: { readonly tags: readonly string[] }) {
  const styles = useStyles();
  const { language } = useT();
  const { data: words } = useQuery({ ...tagWordsQuery(language), enabled: tags.length > 0 });
  if (tags.length === 0) return null;
  return (
    <ul className={styles.tags}>
      {tags.map((tag) => (
        <li key={tag} className={styles.tag} title={tag} data-tag={tag}>
          <ToneBadge tone="warning">{words?.[`tag.${tag}`] ?? tag}</ToneBadge>
        </li>
      ))}
    </ul>
  );
}
