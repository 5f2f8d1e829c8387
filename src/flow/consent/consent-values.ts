import type { LogRequest } from "#domain/log-request.ts";

/** What an operator says of itself and its rules; shown in the prompt, and enforced. */
export interface ConsentSettings {
  readonly controllerName: string;
  readonly controllerContact: string;
  readonly privacyNoticeUrl: string;
  readonly retentionDays: number;
  readonly uploadBySeconds: number;
}

/** What stands in the placeholders of a consent text for this request. What is shown is what is recorded. */
export function consentValues(request: LogRequest, ticketNumber: number, settings: ConsentSettings): Record<string, string> {
  return {
    controller: settings.controllerName,
    contact: settings.controllerContact,
    privacyNotice: settings.privacyNoticeUrl,
    ticketNumber: String(ticketNumber),
    reason: request.reason,
    collectors: request.collectors.join(", "),
    maxFiles: String(request.maxFiles),
    maxMegabytes: String(Math.ceil(request.maxBytes / (1024 * 1024))),
    retentionDays: String(settings.retentionDays),
    uploadHours: String(Math.round(settings.uploadBySeconds / 3600)),
  };
}
