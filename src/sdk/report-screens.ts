/** The SDK's entry for the ready screens of reports and surveys: an app that has its own needs none of this. */
export { openReport, type OpenedReport } from "./screens/open-report.ts";
export { openSurvey } from "./screens/open-survey.ts";
export { defineReportScreen, defineSurveyScreen, ReportScreen, SurveyScreen } from "./screens/report-element.ts";
export { reportScreenTexts, type ReportScreenTexts } from "./screens/report-texts.ts";
export type * from "./screens/report-types.ts";
