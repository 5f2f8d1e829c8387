import { announce } from "./announce-file.ts";
import { deviceValues } from "./fill-consent-text.ts";
import type { TakenReview } from "./report-reviews.ts";
import type { Issue } from "./reports.ts";
import type { NewReport } from "./wire-reports.ts";

/** As many calls as the wire takes. */
const MOST_CALLS = 20;
const MOST_LEFT_OUT = 500;

/** A report as it is stored and sent, word for word. */
export function newReport(
  appReportId: string,
  issue: Issue,
  taken: TakenReview | undefined,
  device: {
    readonly deviceNow: Date;
    readonly installationId: string | undefined;
    readonly sdkVersion: string | undefined;
  },
): NewReport {
  const { survey, ticketId, subject } = issue;
  const callIds = [...new Set([...(issue.callIds ?? []), ...(survey ? [survey.callId] : [])])].slice(0, MOST_CALLS);
  const participantId = issue.participantId ?? survey?.participantId;
  const answers = { ...survey?.answers, ...issue.answers };
  return {
    appReportId,
    text: issue.text,
    callIds,
    ...(subject !== undefined && { subject }),
    ...(ticketId !== undefined && { ticketId }),
    ...(participantId !== undefined && { participantId }),
    ...(survey && { surveyId: survey.surveyId }),
    ...(Object.keys(answers).length > 0 && { answers }),
    ...(device.sdkVersion !== undefined && { sdkVersion: device.sdkVersion }),
    ...(device.installationId !== undefined && { installationId: device.installationId }),
    deviceNow: device.deviceNow.toISOString(),
    ...(taken && aboutFiles(taken)),
  };
}

function aboutFiles({ request, chosen, leftOut }: TakenReview): Partial<NewReport> {
  const { version, locale, sha256 } = request.consentText;
  const told = [...leftOut, ...request.alsoLeftOut].slice(0, MOST_LEFT_OUT);
  return {
    consentText: { version, locale, sha256 },
    shown: deviceValues(
      request,
      chosen.map((one) => one.shown),
    ),
    files: chosen.map(({ shown, sha256: hash }) => announce(shown, hash)),
    ...(told.length > 0 && { leftOut: told }),
  };
}
