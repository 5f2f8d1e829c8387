import { expect, test } from "vitest";
import { readAnswers } from "#console/report/survey-answers.ts";
import { attachToSurvey } from "#sdk/attach-to-survey.ts";

test("what the SDK writes of a survey is read as ratings, and a form's own answers stay beside them", () => {
  const { survey } = attachToSurvey(
    { id: "survey-1", callId: "call-1" },
    {
      overallRating: { score: 2, issues: ["CallEndedUnexpectedly"] },
      audioRating: { score: 0, scale: { lowerBound: 0, upperBound: 100, lowScoreThreshold: 20 } },
      screenshareRating: { score: 5 },
    },
  );
  const answers = { ...survey.answers, network: ["wifi"] } as Parameters<typeof readAnswers>[0];
  expect(readAnswers(answers)).toEqual({
    rated: [
      { part: "overall", score: 2, best: 5, issues: ["CallEndedUnexpectedly"] },
      { part: "audio", score: 0, best: 100, issues: [] },
      { part: "screenshare", score: 5, best: 5, issues: [] },
    ],
    others: [["network", ["wifi"]]],
  });
});

test("an answer that only looks like a rating is an answer of a form", () => {
  expect(readAnswers({ overallScore: "bad", videoIssues: ["Freezes"], mood: null })).toEqual({
    rated: [],
    others: [
      ["overallScore", "bad"],
      ["videoIssues", ["Freezes"]],
      ["mood", null],
    ],
  });
});
