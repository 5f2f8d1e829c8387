import type { SurveyAbout } from "./reports.ts";

/** One rating of a call, as the Calling SDK's `CallRating`. */
export interface CallRating {
  readonly score: number;
  readonly issues?: readonly string[];
  /** 1 to 5, low up to 2, unless given. */
  readonly scale?: { readonly lowerBound: number; readonly upperBound: number; readonly lowScoreThreshold: number };
}

/** What was given to `submitSurvey`: the Calling SDK's `CallSurvey`, of the web or filled by a native bridge. */
export interface CallSurvey {
  readonly overallRating?: CallRating;
  readonly audioRating?: CallRating;
  readonly videoRating?: CallRating;
  readonly screenshareRating?: CallRating;
}

/** What `call.feature(Features.CallSurvey).submitSurvey()` resolves with; native SDKs know no participant there. */
export interface CallSurveyResponse {
  readonly id: string;
  readonly callId: string;
  readonly localParticipantId?: string;
}

/** Why a report is worth proposing. */
export interface SurveyProposal {
  /** For `reportIssue({ survey, … })` or `openReport`: the report is of this call alone. */
  readonly survey: SurveyAbout;
  readonly lowScores: readonly RatedPart[];
  /** Tags such as `NoRemoteAudio`, by what they were given for. */
  readonly issues: readonly { readonly part: RatedPart; readonly tag: string }[];
}

export type RatedPart = "overall" | "audio" | "video" | "screenshare";

export interface AttachedSurvey {
  readonly survey: SurveyAbout;
  /** Where a score is low, or an issue was tagged: propose a report at once, while the logs of the call are there. */
  readonly proposal: SurveyProposal | undefined;
}

const LOW_SCORE = 2;
const PARTS: readonly RatedPart[] = ["overall", "audio", "video", "screenshare"];

/**
 * Reads what the user said of a call. Nothing is sent: ids and answers go onto the ticket with the report that names them.
 *
 * @param response of `submitSurvey(survey)`: Azure's own table may know of it hours later only
 */
export function attachToSurvey(response: CallSurveyResponse, survey: CallSurvey): AttachedSurvey {
  const rated = PARTS.flatMap((part) => {
    const rating = survey[`${part}Rating`];
    return rating ? [{ part, ...rating }] : [];
  });
  const answers = rated.flatMap(({ part, score, scale, issues }) => [
    [`${part}Score`, score] as const,
    ...(scale ? [[`${part}Scale`, `${scale.lowerBound}-${scale.upperBound}`] as const] : []),
    ...(issues?.length ? [[`${part}Issues`, [...issues].slice(0, 50)] as const] : []),
  ]);
  const about: SurveyAbout = {
    surveyId: response.id,
    callId: response.callId,
    ...(response.localParticipantId && { participantId: response.localParticipantId }),
    answers: Object.fromEntries(answers),
  };
  const lowScores = rated.flatMap(({ part, score, scale }) =>
    score <= (scale?.lowScoreThreshold ?? LOW_SCORE) ? [part] : [],
  );
  const issues = rated.flatMap(({ part, issues: tags = [] }) => tags.map((tag) => ({ part, tag })));
  const isPoor = lowScores.length > 0 || issues.length > 0;
  return { survey: about, proposal: isPoor ? { survey: about, lowScores, issues } : undefined };
}
