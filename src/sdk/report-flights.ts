import type { ApiClient } from "./api-client.ts";
import { BeckonError, hasCode } from "./beckon-error.ts";
import type { BeckonOptions } from "./beckon.ts";
import { carryOutReport, type ReportJournal, type ReportUnderWay, send } from "./carry-out-report.ts";
import { isOver } from "./carry-out-answer.ts";
import { type Changeable, changeAnswer, type Choice } from "./change-answer.ts";
import { createNetworkGate } from "./network-gate.ts";
import { onAbort, throwIfAborted } from "./on-abort.ts";
import type { ReportResult, ReportStatus } from "./reports.ts";
import type { Uploading, UploadStep } from "./upload-files.ts";
import type { Upload } from "./upload-bytes.ts";
import type { ReportReceipt, ReportWithdrawal } from "./wire-reports.ts";

/** Reports on their way: one flight a report, and one upload at a time over all of them. */
export interface ReportFlights {
  /** Goes on with a stored report, or joins it. @returns undefined when there is none */
  carryOut(key: string): Promise<ReportResult | undefined>;
  change(key: string, choice: Choice): Promise<void>;
  takeBack(report: ReportUnderWay): Promise<ReportWithdrawal | undefined>;
  status(report: ReportUnderWay): ReportStatus;
}

interface Flight extends Changeable<ReportUnderWay> {
  readonly done: Promise<ReportResult>;
  readonly stop: AbortController;
}

/** @param signal ends what is under way; nothing is given up */
export function createReportFlights({
  api,
  journal,
  connection,
  meteredMaxBytes,
  signal,
  onReport,
  onEnd,
  ...platform
}: Omit<Uploading, "gate"> & {
  readonly api: ApiClient;
  readonly journal: ReportJournal;
  readonly connection: BeckonOptions["connection"];
  readonly meteredMaxBytes: BeckonOptions["meteredMaxBytes"];
  readonly onReport: ((report: ReportStatus) => void) | undefined;
  /** It is through, and its files are. */
  readonly onEnd: (report: ReportUnderWay) => void;
}): ReportFlights {
  const flights = new Map<string, Flight>();
  const steps = new Map<string, Map<string, UploadStep>>();
  const waiting = new Map<string, UploadStep["waitingFor"]>();
  const upload = inTurn(platform.upload);

  async function carryOut(key: string): Promise<ReportResult | undefined> {
    const flying = flights.get(key);
    if (flying) return flying.done;
    const report = await journal.find(key);
    if (!report || report.isReview) return undefined;
    return (flights.get(key) ?? start(report)).done;
  }

  function start(report: ReportUnderWay): Flight {
    const key = report.requestId;
    const stop = new AbortController();
    const leave = onAbort(signal, () => stop.abort(signal.reason));
    const gate = createNetworkGate(report, connection, meteredMaxBytes);
    const done = fly(report, { ...platform, api, upload, gate, signal: stop.signal }).finally(() => {
      flights.delete(key);
      leave();
    });
    const flight: Flight = { done, stop, answer: report, gate };
    flights.set(key, flight);
    return flight;
  }

  async function fly(report: ReportUnderWay, uploading: Uploading): Promise<ReportResult> {
    const key = report.requestId;
    try {
      if (report.takingBack) return await tellOfTakeBack(report);
      tell(report, undefined);
      const result = await carryOutReport(report, { ...uploading, journal, onProgress: (step) => tell(report, step) });
      await end(report);
      return result;
    } catch (error) {
      if (report.created && isOver(error)) {
        const result = await read(report.created);
        await end(report);
        return { key, ...report.created, ...result };
      }
      // What had arrived is on the receipt; the rest can no longer be sent.
      if (hasCode(error, "upload_too_late") || (report.created && hasCode(error, "not_found"))) await end(report);
      else if (isRefusal(error) && !report.created) {
        report.refused = error.code;
        await journal.save(report);
      }
      if (hasCode(error, "network", "no_token")) waiting.set(key, "network");
      onReport?.(status(report));
      throw error;
    }
  }

  function tell(report: ReportUnderWay, step: UploadStep | undefined): void {
    const key = report.requestId;
    const own = steps.get(key) ?? new Map<string, UploadStep>();
    steps.set(key, own);
    if (step) own.set(`${step.collector}/${step.name}`, step);
    waiting.set(key, step?.waitingFor);
    onReport?.(status(report));
  }

  function status(report: ReportUnderWay): ReportStatus {
    const { requestId: key, consent, created, refused } = report;
    const own = steps.get(key);
    const waitingFor = waiting.get(key);
    return {
      key,
      text: consent.text ?? "",
      callIds: consent.callIds ?? [],
      createdAt: new Date(consent.deviceNow ?? 0),
      ...(created && { reportId: created.reportId, ticketNumber: created.ticketNumber }),
      files: (consent.files ?? []).map(({ collector, name, sizeBytes }, index) => {
        const isThere = report.files[index]?.outcome === "uploaded";
        const sentBytes = isThere ? sizeBytes : (own?.get(`${collector}/${name}`)?.sentBytes ?? 0);
        return { collector, name, sizeBytes, sentBytes };
      }),
      ...(waitingFor && { waitingFor }),
      ...(refused !== undefined && { refused }),
    };
  }

  async function end(report: ReportUnderWay): Promise<void> {
    await journal.end(report);
    steps.delete(report.requestId);
    waiting.delete(report.requestId);
    onEnd(report);
  }

  async function read({ reportId }: { reportId: string }) {
    const { body } = await api.call<ReportReceipt>("GET", `/v1/reports/${reportId}/receipt`);
    return { state: body.state, files: body.files };
  }

  /** A restart, or an offline moment, between the user's take-back and the server's word. */
  async function tellOfTakeBack(report: ReportUnderWay): Promise<ReportResult> {
    await withdraw(report).catch((error: unknown) => {
      if (!hasCode(error, "nothing_to_withdraw")) throw error;
    });
    const { created } = report;
    if (!created) throw new TypeError("A report that was taken back on the server has an id.");
    await end(report);
    return { key: report.requestId, ...created, ...(await read(created)) };
  }

  /** Where the server may know the report and the device not its id, it is asked by the same words. */
  async function withdraw(report: ReportUnderWay): Promise<ReportWithdrawal> {
    if (!report.created) await send(report, { api }, journal);
    const path = `/v1/reports/${report.created?.reportId}:withdraw`;
    return (await api.call<ReportWithdrawal>("POST", path, {})).body;
  }

  async function takeBack({ requestId: key }: ReportUnderWay): Promise<ReportWithdrawal | undefined> {
    const flying = flights.get(key);
    flying?.stop.abort(new BeckonError("stopped", "The report is being taken back."));
    await flying?.done.catch(() => {});
    const report = await journal.find(key);
    if (!report) return undefined;
    // Refused as well: nothing of it is on the server.
    if (!report.attempted || report.refused !== undefined) {
      await end(report);
      return undefined;
    }
    report.takingBack = true;
    await journal.save(report);
    try {
      const withdrawal = await withdraw(report);
      await end(report);
      return withdrawal;
    } catch (error) {
      if (hasCode(error, "nothing_to_withdraw")) await end(report);
      throw error;
    }
  }

  return {
    carryOut,
    change: (key, choice) => changeAnswer(journal, key, flights.get(key), choice),
    takeBack,
    status,
  };
}

/** The server has read it and does not want it so: sending it again would change nothing. */
function isRefusal(error: unknown): error is BeckonError {
  return (
    error instanceof BeckonError &&
    error.status !== undefined &&
    !error.retryable &&
    !hasCode(error, "unauthenticated", "forbidden", "unexpected_answer")
  );
}

/** One upload after the other: several at once only share what the connection has. */
function inTurn(upload: Upload): Upload {
  let last: Promise<unknown> = Promise.resolve();
  return (source, url, headers, options) => {
    const mine = last.then(() => {
      throwIfAborted(options.signal);
      return upload(source, url, headers, options);
    });
    last = mine.catch(() => {});
    return mine;
  };
}
