import { expect, test } from "vitest";
import { attachToSurvey } from "#sdk/attach-to-survey.ts";

const RESPONSE = { id: "survey-1", callId: "call-1", localParticipantId: "8:acs:p" };

test("a good call proposes nothing; its ids and answers are there for who reports all the same", () => {
  expect(attachToSurvey(RESPONSE, { overallRating: { score: 5 }, audioRating: { score: 3 } })).toEqual({
    survey: {
      surveyId: "survey-1",
      callId: "call-1",
      participantId: "8:acs:p",
      answers: { overallScore: 5, audioScore: 3 },
    },
    proposal: undefined,
  });
});

test("a low score proposes a report of that call", () => {
  const { proposal, survey } = attachToSurvey(RESPONSE, { overallRating: { score: 4 }, videoRating: { score: 2 } });
  expect(proposal).toEqual({ survey, lowScores: ["video"], issues: [] });
});

test("a tagged issue proposes one too, whatever the score", () => {
  const { proposal } = attachToSurvey(
    { id: "s", callId: "c" },
    { overallRating: { score: 5 }, audioRating: { score: 5, issues: ["NoRemoteAudio", "Echo"] } },
  );
  expect(proposal?.survey).toEqual({
    surveyId: "s",
    callId: "c",
    answers: { overallScore: 5, audioScore: 5, audioIssues: ["NoRemoteAudio", "Echo"] },
  });
  expect(proposal?.issues).toEqual([
    { part: "audio", tag: "NoRemoteAudio" },
    { part: "audio", tag: "Echo" },
  ]);
});

test.each([
  [40, true],
  [41, false],
])("a scale of the app's own has a threshold of its own: %i of 100", (score, isPoor) => {
  const scale = { lowerBound: 0, upperBound: 100, lowScoreThreshold: 40 };
  const { proposal, survey } = attachToSurvey(RESPONSE, { overallRating: { score, scale } });
  expect(proposal !== undefined).toBe(isPoor);
  expect(survey.answers).toEqual({ overallScore: score, overallScale: "0-100" });
});
