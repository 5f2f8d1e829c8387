import { renderDeviceFile } from "#contract/render-file.ts";
import { createCallSupportTicket } from "#contract/reports.ts";
import { Problem } from "#domain/problems.ts";
import { callerKey } from "#http/caller.ts";
import { hashBytes } from "#http/hash-bytes.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { boundaryOf, parseMultipart } from "#http/multipart/parse-multipart.ts";
import type { PublicUrl } from "#http/next-link.ts";
import type { StoredAnswer } from "#ports/store.ts";
import { receiveReport, type ReceiveReport } from "./receive-report.ts";
import { FIELDS_AT_MOST } from "./report-form.ts";
import type { SavedReport } from "./save-report.ts";
import type { UploadGate } from "#http/upload-gate.ts";

export interface CallSupportTicketRoutes extends Omit<ReceiveReport, "hashBytes"> {
  readonly publicUrl: PublicUrl;
  /** One for all uploads that go through this process. */
  readonly gate: UploadGate;
}

const HEADER_BYTES_AT_MOST = 8 * 1024;
/** What a form has beside its files: fields, headers, boundaries. */
const FORM_BYTES_AT_MOST = 1024 * 1024;

/** Serves the guide's createCallSupportTicket: words, call ids and files in one multipart call. */
export function serveCallSupportTickets(kit: HttpKit, deps: CallSupportTicketRoutes): void {
  const { publicUrl, limits, gate } = deps;
  const receiving = { ...deps, hashBytes };

  kit.serveStream(createCallSupportTicket, async ({ body, contentType, lengthBytes, caller, ...input }) => {
    const boundary = boundaryOf(contentType);
    if (lengthBytes !== undefined && lengthBytes > limits.maxBytes + FORM_BYTES_AT_MOST)
      throw new Problem("report_too_large", {
        detail: `The files of one report may have ${limits.maxBytes} bytes together.`,
      });
    const parts = parseMultipart(body, boundary, {
      maxParts: limits.maxFiles + FIELDS_AT_MOST,
      maxHeaderBytes: HEADER_BYTES_AT_MOST,
    });
    const { idempotency: key, fingerprintOf } = input;
    return gate.within(callerKey(caller), () =>
      receiveReport(receiving, caller.userId, { parts, key, fingerprintOf, render }),
    );
  });

  function render({ report, ticket, ticketIsNew, files }: SavedReport): StoredAnswer {
    return {
      status: 201,
      headers: { Location: publicUrl.to(`/v1/reports/${report.id}/receipt`) },
      body: JSON.stringify({
        reportId: report.id,
        ticketId: ticket.id,
        ticketNumber: ticket.number,
        ticketIsNew,
        state: report.state,
        files: files.map(renderDeviceFile),
      }),
    };
  }
}
