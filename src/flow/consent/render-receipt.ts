import type { Receipt } from "#contract/devices.ts";
import { formatTime } from "#contract/primitives.ts";
import { renderDeviceFile } from "#contract/render-file.ts";
import { renderWindow } from "#contract/render-log-request.ts";
import type { Consent, ConsentText } from "#domain/consent.ts";
import type { LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";

/** The consent as the user keeps it: who asked for what, what was shown, what was decided, and what became of it. */
export function renderReceipt({
  request,
  consent,
  files,
  text,
  ticketNumber,
}: {
  readonly request: LogRequest;
  readonly consent: Consent;
  readonly files: readonly LogFile[];
  readonly text: ConsentText | undefined;
  readonly ticketNumber: number;
}): Receipt {
  return {
    requestId: request.id,
    ticketNumber,
    userId: request.userId,
    asked: {
      at: formatTime(request.createdAt),
      agentId: request.agentId,
      reason: request.reason,
      collectors: [...request.collectors],
      ...renderWindow(request.window),
      maxBytes: request.maxBytes,
      maxFiles: request.maxFiles,
    },
    decision: consent.decision,
    decidedAt: formatTime(consent.decidedAt),
    ...(consent.deviceNow === undefined ? {} : { deviceNow: formatTime(consent.deviceNow) }),
    consentText: {
      version: consent.text?.version ?? "",
      locale: consent.text?.locale ?? "",
      text: text?.text ?? "",
      sha256: consent.text?.sha256 ?? "",
    },
    shown: { ...consent.shown },
    leftOut: consent.leftOut.map((one) => ({ ...one })),
    ...(request.uploadBy === undefined ? {} : { uploadBy: formatTime(request.uploadBy) }),
    ...(consent.withdrawnAt === undefined ? {} : { withdrawnAt: formatTime(consent.withdrawnAt) }),
    state: request.state,
    files: files.map(renderDeviceFile),
  };
}
