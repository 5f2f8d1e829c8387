import type { DownloadBefore, SendingFile, SendingWait } from "./consent-types.ts";
import { createSay } from "./consent-texts.ts";
import type { ReportScreen, SurveyScreen } from "./report-element.ts";
import { createPauseWish } from "./pause-wish.ts";
import type { ReportTextKey } from "./report-texts.ts";
import type {
  ReportEvents,
  ReportForm,
  ReportMove,
  ReportPhase,
  ReportScreenReceipt,
  ReportScreenReview,
  ScreenIssue,
  ScreenReports,
} from "./report-types.ts";

/** While the server checks the files, the receipt is read again after these times: seconds. */
const LOOK_AGAIN_SECONDS = [1, 2, 4, 8, 15, 30];

/** What both screens do once a report is on its way; and how they say what goes wrong. */
export interface ReportFlow {
  on<Name extends keyof ReportEvents>(name: Name, act: (detail: ReportEvents[Name]) => void): void;
  run(act: () => Promise<void>): void;
  show(phase: ReportPhase): void;
  /** Sends what the form holds, and ends with the receipt. */
  send(
    about: Omit<ScreenIssue, "text" | "network" | "key">,
    form: ReportForm,
    review: ReportScreenReview | undefined,
    isRatingLost?: boolean,
  ): Promise<void>;
  /** From `onReport`. */
  report(move: ReportMove): void;
  stop(): void;
}

/** @param startAgain shows the form anew, as after a file that changed */
export function createReportFlow(
  screen: ReportScreen | SurveyScreen,
  {
    reports,
    onDone,
    startAgain,
  }: {
    readonly reports: ScreenReports;
    readonly onDone: (() => void) | undefined;
    readonly startAgain: () => Promise<void>;
  },
): ReportFlow {
  const leaving = new AbortController();
  const { signal } = leaving;
  let key: string | undefined;
  let reportId: string | undefined;
  let isTakingBack = false;
  let isGoingOn = false;
  let isRatingLost = false;
  let again: () => Promise<void> = startAgain;
  let sending: readonly SendingFile[] = [];
  let lookAgain: ReturnType<typeof setTimeout> | undefined;
  const pausing = createPauseWish(async () => void (key && (await reports.pause(key))));

  on("beckon-take-back", ({ fileIds }) => run(() => takeBack(fileIds)));
  on("beckon-network", ({ network }) => void (key && reports.useNetwork(key, network).catch(() => {})));
  on("beckon-pause", pause);
  on("beckon-resume", resume);
  on("beckon-retry", () => run(() => (screen.phase.kind === "sending" ? goOn() : again())));
  on("beckon-close", () => onDone?.());
  globalThis.addEventListener("online", goOnIfWaiting, { signal });

  function on<Name extends keyof ReportEvents>(name: Name, act: (detail: ReportEvents[Name]) => void): void {
    screen.addEventListener(name, (event) => act((event as CustomEvent<ReportEvents[Name]>).detail), { signal });
  }

  /** Whatever goes wrong is said on the screen, in words that help. */
  function run(act: () => Promise<void>): void {
    act().catch(async (error: unknown) => {
      if (!signal.aborted) await explain(error).catch(() => trouble("troubleUnknown"));
    });
  }

  function show(phase: ReportPhase): void {
    if (!signal.aborted) screen.phase = phase;
  }

  function trouble(text: ReportTextKey, canRetry = true): void {
    const message = createSay<ReportTextKey>(screen.texts, screen.locale)(text);
    show({ kind: "trouble", message, canRetry });
  }

  async function send(
    about: Omit<ScreenIssue, "text" | "network" | "key">,
    { text, files, network }: ReportForm,
    review: ReportScreenReview | undefined,
    lost = false,
  ): Promise<void> {
    const own = review?.request.id ?? newKey();
    key = own;
    isRatingLost = lost;
    again = startAgain;
    sending = files.map(({ collector, name, sizeBytes }) => ({ collector, name, sizeBytes, sentBytes: 0 }));
    showSending(undefined);
    const issue = { ...about, text, network, key: own };
    const result = await reports.reportIssue(review ? { ...issue, review, files } : issue);
    await showReceipt(result.reportId);
  }

  function pause(): void {
    pausing.begin();
    showSending("user");
  }

  function resume(): void {
    pausing.end();
    showSending(undefined); // until the SDK says what else it waits for
    void (key && reports.resume(key).catch(() => {}));
  }

  /** Joins the report that is under way. */
  async function goOn(): Promise<void> {
    if (key === undefined) return;
    const result = await reports.sendReport(key);
    const arrived = result?.reportId ?? reportId;
    if (arrived !== undefined) await showReceipt(arrived);
  }

  /** The connection is back, or something moved: whoever waits goes on. */
  function goOnIfWaiting(): void {
    if (screen.phase.kind !== "sending" || screen.phase.waitingFor !== "network" || isGoingOn) return;
    isGoingOn = true;
    run(() => goOn().finally(() => (isGoingOn = false)));
  }

  function report(move: ReportMove & { readonly reportId?: string }): void {
    if (move.key !== key || signal.aborted || screen.phase.kind !== "sending") return;
    reportId = move.reportId ?? reportId;
    if (move.waitingFor === undefined) goOnIfWaiting();
    sending = move.files;
    showSending(pausing.see(move.waitingFor));
  }

  function showSending(waitingFor: SendingWait | undefined): void {
    const sum = (of: "sizeBytes" | "sentBytes") => sending.reduce((bytes, file) => bytes + file[of], 0);
    show({ kind: "sending", files: sending, sentBytes: sum("sentBytes"), totalBytes: sum("sizeBytes"), waitingFor });
  }

  async function showReceipt(id: string, downloadedBefore?: readonly DownloadBefore[]): Promise<void> {
    if (isTakingBack) return;
    reportId = id;
    again = () => showReceipt(id);
    const receipt = await reports.reportReceipt(id);
    showSent(receipt, downloadedBefore);
  }

  function showSent(receipt: ReportScreenReceipt, downloadedBefore?: readonly DownloadBefore[]): void {
    if (isTakingBack) return;
    show({ kind: "sent", receipt, downloadedBefore, isRatingLost });
    clearTimeout(lookAgain);
    if (receipt.files.some(({ state }) => state === "uploaded")) look(LOOK_AGAIN_SECONDS);

    function look([next, ...rest]: readonly number[]): void {
      if (next === undefined || signal.aborted) return;
      lookAgain = setTimeout(() => void read(rest), next * 1000);
    }

    async function read(rest: readonly number[]): Promise<void> {
      const fresh = await reports.reportReceipt(receipt.reportId).catch(() => receipt);
      if (screen.phase.kind !== "sent") return;
      const isNews = JSON.stringify(fresh.files) !== JSON.stringify(receipt.files);
      if (isNews) showSent(fresh, downloadedBefore);
      else look(rest);
    }
  }

  async function takeBack(fileIds: readonly string[] | undefined): Promise<void> {
    const before = screen.phase;
    const files = before.kind === "sent" ? before.receipt.files : undefined;
    const id = reportId ?? key;
    if (id === undefined) return;
    again = () => takeBack(fileIds);
    isTakingBack = true;
    try {
      const withdrawn = await reports.withdrawReport(id, fileIds);
      if (!withdrawn) return show({ kind: "forgotten" });
      if (!fileIds || withdrawn.state === "withdrawn")
        return show({ kind: "takenBack", downloadedBefore: withdrawn.downloadedBefore, ...(files && { files }) });
      isTakingBack = false;
      await showReceipt(id, withdrawn.downloadedBefore);
    } catch (error) {
      isTakingBack = false;
      if (codeOf(error) !== "nothing_to_withdraw" || reportId === undefined) return trouble("troubleTakeBack");
      await showReceipt(reportId);
    }
  }

  async function explain(error: unknown): Promise<void> {
    const code = codeOf(error);
    if (isTakingBack && code === "stopped") return;
    const stored = key === undefined ? undefined : (await reports.reports()).find((one) => one.key === key);
    if (stored && (code === "network" || code === "no_token")) return showSending("network");
    // What the server refused is kept, but not as it is: it is let go, and the form holds the words.
    if (stored?.refused !== undefined && key !== undefined) {
      await reports.saveDraft(screen.text);
      await reports.withdrawReport(key);
      return trouble(code === "report_too_large" ? "troubleTooLarge" : "troubleRefused");
    }
    again = stored ? goOn : again;
    switch (code) {
      case "too_many_reports":
        return trouble("troubleTooMany");
      case "file_unreadable":
      case "not_reviewed":
        again = startAgain;
        return trouble("troubleUnreadable");
      case "network":
      case "no_token":
        return trouble(reportId === undefined ? "troubleOffline" : "troubleReceipt");
      case "stopped":
        return trouble("troubleStopped", false);
      case "upload_too_late":
        again = () => showReceipt(reportId ?? "");
        return trouble("troubleTooLate");
      default:
        return trouble("troubleUnknown");
    }
  }

  return {
    on,
    run,
    show,
    send,
    report,
    stop() {
      leaving.abort();
      clearTimeout(lookAgain);
    },
  };
}

/** Keeps what is typed: one write at a time, and the last one wins. */
export function createDraft(reports: ScreenReports): (text: string) => void {
  let wanted: string | undefined;
  let isWriting = false;
  return (text) => {
    wanted = text;
    if (isWriting) return;
    isWriting = true;
    void (async () => {
      while (wanted !== undefined) {
        const next = wanted;
        wanted = undefined;
        await reports.saveDraft(next).catch(() => {});
      }
      isWriting = false;
    })();
  };
}

/** The review, or none where there is no connection to fetch what must be shown about files. */
export async function reviewOrNone(
  reports: ScreenReports,
  scope: { incidentId?: string },
): Promise<ReportScreenReview | undefined> {
  try {
    return await reports.review(scope);
  } catch (error) {
    if (codeOf(error) === "network" || codeOf(error) === "no_token") return undefined;
    throw error;
  }
}

/** The SDK's errors say what is wrong by a code. */
function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
}

/** Pages that are not served securely have no `randomUUID`. */
function newKey(): string {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}
