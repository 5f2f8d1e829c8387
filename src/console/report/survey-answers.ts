/** What a post-call survey said, as `attachToSurvey` of the SDK writes it among a report's answers. */
import type { Report } from "#console/api/shapes.ts";

const PARTS = ["overall", "audio", "video", "screenshare"] as const;
const NAME = new RegExp(`^(${PARTS.join("|")})(Score|Scale|Issues)$`);
/** As the Calling SDK, where a survey named no scale. */
const BEST = 5;

export interface RatedPart {
  readonly part: (typeof PARTS)[number];
  readonly score: number;
  readonly best: number;
  /** The Calling SDK's tags, such as `NoRemoteAudio`. */
  readonly issues: readonly string[];
}

export type Answer = Report["answers"][string];

export interface ReadAnswers {
  readonly rated: readonly RatedPart[];
  /** Of a form of the app's own. */
  readonly others: readonly (readonly [name: string, answer: Answer])[];
}

/** Tells a survey's ratings from whatever else an app asked. */
export function readAnswers(answers: Report["answers"]): ReadAnswers {
  const rated = PARTS.flatMap((part): RatedPart[] => {
    const score = answers[`${part}Score`];
    if (typeof score !== "number") return [];
    const issues = answers[`${part}Issues`];
    return [
      { part, score, best: bestOf(answers[`${part}Scale`]), issues: Array.isArray(issues) ? issues.map(String) : [] },
    ];
  });
  const parts = new Set<string>(rated.map(({ part }) => part));
  const others = Object.entries(answers).filter(([name]) => !parts.has(NAME.exec(name)?.[1] ?? ""));
  return { rated, others };
}

function bestOf(scale: Answer | undefined): number {
  const best = typeof scale === "string" ? Number(/^-?\d+-(\d+)$/.exec(scale)?.[1]) : Number.NaN;
  return Number.isFinite(best) ? best : BEST;
}
