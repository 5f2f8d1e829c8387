/** The SDK's entry for what users report by themselves: an issue with its files, and the survey after a call. */
export {
  attachToSurvey,
  type AttachedSurvey,
  type CallRating,
  type CallSurvey,
  type CallSurveyResponse,
  type RatedPart,
  type SurveyProposal,
} from "./attach-to-survey.ts";
export { BeckonError, type SdkErrorCode } from "./beckon-error.ts";
export { createReports } from "./create-reports.ts";
export { freezeBytes } from "./frozen-file.ts";
export type * from "./reports.ts";
export { indexedDbStorage, memoryStorage } from "./storage.ts";
export type * from "./wire-reports.ts";
