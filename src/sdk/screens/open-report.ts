import type { ReportScreen } from "./report-element.ts";
import { createDraft, createReportFlow, reviewOrNone } from "./report-flow.ts";
import type { RecentCall, ReportMove, ReportScreenReview, ScreenReports, SubmittedSurvey } from "./report-types.ts";

/** What the app hands on to an open screen, from the options of its `createReports`. */
export interface OpenedReport {
  /** From `onReport`. */
  report(move: ReportMove): void;
  /** The screen is left; what is under way goes on, and what was typed is kept. */
  stop(): void;
}

/**
 * Lets `Reports` drive a report screen: freezes the files, keeps what is typed, sends, and ends with the receipt, where the
 * user can take the files back.
 *
 * @param options.calls recent calls, newest first, of which the user picks one
 * @param options.callId the one that is picked at first
 * @param options.survey from a `proposal` of `attachToSurvey`: its ids go with the report
 * @param options.onDone the user is finished with the screen: take it away
 */
export function openReport(
  screen: ReportScreen,
  {
    reports,
    calls = [],
    callId,
    survey,
    ticketId,
    onDone,
  }: {
    readonly reports: ScreenReports;
    readonly calls?: readonly RecentCall[];
    readonly callId?: string;
    readonly survey?: SubmittedSurvey["survey"];
    readonly ticketId?: string;
    readonly onDone?: () => void;
  },
): OpenedReport {
  const keepDraft = createDraft(reports);
  const flow = createReportFlow(screen, { reports, onDone, startAgain: start });
  let picked = callId ?? survey?.callId;
  let review: ReportScreenReview | undefined;
  let isSent = false;

  flow.on("beckon-draft", ({ text }) => keepDraft(text));
  flow.on("beckon-call", ({ callId: id }) => flow.run(() => pick(id)));
  flow.on("beckon-report", (form) => flow.run(() => send(form)));
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
    flow.show({ kind: "loading" });
    const draft = (await reports.draft()) ?? "";
    await letGo();
    review = await reviewOrNone(reports, scopeOf(picked));
    screen.calls = calls;
    screen.callId = picked;
    screen.text = draft;
    flow.show({ kind: "writing", review });
  }

  /** A call that failed has logs of its moment: they take the place of today's. */
  async function pick(id: string | undefined): Promise<void> {
    const before = scopeOf(picked).incidentId;
    picked = id;
    if (scopeOf(id).incidentId === before) return;
    const next = await reviewOrNone(reports, scopeOf(id));
    if (picked !== id || isSent) {
      if (next) await reports.closeReview(next);
      return;
    }
    await letGo();
    review = next;
    flow.show({ kind: "writing", review });
  }

  function scopeOf(id: string | undefined): { incidentId?: string } {
    const incidentId = calls.find((call) => call.id === id)?.incidentId;
    return incidentId === undefined ? {} : { incidentId };
  }

  async function send(form: Parameters<typeof flow.send>[1]): Promise<void> {
    isSent = true;
    const about = {
      callIds: form.callId === undefined ? [] : [form.callId],
      ...(survey && { survey }),
      ...(ticketId !== undefined && { ticketId }),
    };
    await flow.send(about, form, review);
  }

  async function letGo(): Promise<void> {
    const left = review;
    review = undefined;
    if (left && !isSent) await reports.closeReview(left).catch(() => {});
  }
}
