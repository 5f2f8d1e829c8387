import type { SurveyScreen } from "./report-element.ts";
import { createDraft, createReportFlow, reviewOrNone } from "./report-flow.ts";
import type { OpenedReport } from "./open-report.ts";
import type { GivenSurvey, ReportForm, ReportScreenReview, ScreenReports, SubmittedSurvey } from "./report-types.ts";

/**
 * Lets `Reports` drive a survey screen: submits the rating, and where the user ticked "report an issue", reports the call with
 * its files, whatever the score.
 *
 * @param options.submit such as
 *   `async (rating) => attachToSurvey(await call.feature(Features.CallSurvey).submitSurvey(rating), rating)`
 * @param options.incidentId where the call failed and its logs were kept
 * @param options.onDone the user is finished with the screen: take it away
 */
export function openSurvey(
  screen: SurveyScreen,
  {
    reports,
    callId,
    submit,
    incidentId,
    ticketId,
    onDone,
  }: {
    readonly reports: ScreenReports;
    readonly callId: string;
    readonly submit: (survey: GivenSurvey) => Promise<SubmittedSurvey>;
    readonly incidentId?: string;
    readonly ticketId?: string;
    readonly onDone?: () => void;
  },
): OpenedReport {
  const keepDraft = createDraft(reports);
  const flow = createReportFlow(screen, { reports, onDone, startAgain: start });
  let review: ReportScreenReview | undefined;
  let isSent = false;
  /** Rated already: a form that is shown anew rates no second time. */
  let submitted: Promise<SubmittedSurvey | undefined> | undefined;

  flow.on("beckon-draft", ({ text }) => keepDraft(text));
  flow.on("beckon-also-report", ({ isTicked }) => flow.run(() => prepare(isTicked)));
  flow.on("beckon-rate", ({ survey, report }) => flow.run(() => rate(survey, report)));
  flow.run(start);

  return {
    report: (move) => flow.report(move),
    stop() {
      flow.stop();
      void letGo();
    },
  };

  async function start(): Promise<void> {
    isSent = false;
    const draft = (await reports.draft()) ?? "";
    await letGo();
    screen.text = draft;
    flow.show({ kind: "writing", review: "looking" });
  }

  /** Nothing is collected before the user wants to report. */
  async function prepare(isTicked: boolean): Promise<void> {
    if (!isTicked || review) return;
    const next = await reviewOrNone(reports, incidentId === undefined ? {} : { incidentId });
    if (isSent) return next && reports.closeReview(next);
    review = next;
    flow.show({ kind: "writing", review });
  }

  async function rate(survey: GivenSurvey, form: ReportForm | undefined): Promise<void> {
    isSent = form !== undefined;
    const taken = review;
    flow.show({ kind: "loading" });
    submitted ??= submit(survey);
    // A rating that is lost must not take the report with it.
    const result = await submitted.catch((error: unknown) => {
      submitted = undefined;
      if (form) return undefined;
      throw error;
    });
    if (!form) {
      await letGo();
      return flow.show({ kind: "thanks" });
    }
    const about = {
      callIds: [callId],
      ...(result ? { survey: result.survey } : { answers: answersOf(survey) }),
      ...(ticketId !== undefined && { ticketId }),
    };
    await flow.send(about, form, taken, result === undefined);
  }

  async function letGo(): Promise<void> {
    const left = review;
    review = undefined;
    if (left && !isSent) await reports.closeReview(left).catch(() => {});
  }
}

/** What was given, under the names that `attachToSurvey` uses. */
function answersOf(survey: GivenSurvey): Record<string, number | string[]> {
  return Object.fromEntries(
    (["overall", "audio", "video"] as const).flatMap((part) => {
      const rating = survey[`${part}Rating`];
      if (!rating) return [];
      const score: [string, number | string[]] = [`${part}Score`, rating.score];
      return rating.issues ? [score, [`${part}Issues`, rating.issues] as [string, string[]]] : [score];
    }),
  );
}
