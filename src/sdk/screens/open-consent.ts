import type { ConsentScreen } from "./consent-screen.ts";
import { createSay, type TextKey } from "./consent-texts.ts";
import type {
  ConsentBeckon,
  ConsentEvents,
  ConsentPhase,
  ConsentProgress,
  ConsentReceipt,
  DownloadBefore,
  SendingFile,
  SendingWait,
  ShareNetwork,
} from "./consent-types.ts";
import { nextTask } from "./next-task.ts";
import { createPauseWish } from "./pause-wish.ts";

/** What the app hands on to an open screen, from the options of its `createBeckon`. */
export interface OpenedConsent {
  /** From `onProgress`. */
  progress(progress: ConsentProgress): void;
  /** From `onPromptClosed`. */
  closed(closed: { readonly requestId?: string; readonly state: string | undefined }): void;
  /** The screen is left; what is under way goes on. */
  stop(): void;
}

/** While the server checks the files, the receipt is read again after these times: seconds. Checking takes a moment. */
const LOOK_AGAIN_SECONDS = [1, 2, 4, 8, 15, 30];

/**
 * Lets a `Beckon` drive a consent screen: freezes and asks, sends the answer, shows how far it is, and ends with the receipt,
 * where the user can take it back. For a request that is answered already it shows the receipt.
 *
 * @param options.onDone the user is finished with the screen: take it away
 */
export function openConsent(
  screen: ConsentScreen,
  {
    beckon,
    requestId,
    onDone,
  }: { readonly beckon: ConsentBeckon; readonly requestId: string; readonly onDone?: () => void },
): OpenedConsent {
  const leaving = new AbortController();
  const { signal } = leaving;
  /** What "Try again" does now, and what is said where it finds no connection. */
  let again: { readonly act: () => Promise<void>; readonly offline: TextKey } = { act: ask, offline: "troubleOffline" };
  /** The answer is being given here: that its prompt comes down is no news. */
  let isAnswering = false;
  let isTakingBack = false;
  let isGoingOn = false;
  /** The prompt came down while the files were looked for. */
  let closedMeanwhile: readonly { readonly state: string | undefined }[] = [];
  let sending = new Map<string, SendingFile>();
  let lookAgain: ReturnType<typeof setTimeout> | undefined;
  const pausing = createPauseWish(() => beckon.pause(requestId));

  on("beckon-share", ({ files, network }) => run(() => share(files, network)));
  on("beckon-decline", () => run(decline));
  on("beckon-later", ({ until }) => run(() => later(until)));
  on("beckon-take-back", ({ fileIds }) => run(() => takeBack(fileIds)));
  on("beckon-network", ({ network }) => void beckon.useNetwork(requestId, network).catch(() => {}));
  on("beckon-pause", pause);
  on("beckon-resume", resume);
  on("beckon-retry", () => run(() => again.act()));
  on("beckon-close", () => onDone?.());
  globalThis.addEventListener("online", goOnIfWaiting, { signal });
  run(ask);

  return {
    progress(progress) {
      if (progress.requestId !== requestId || signal.aborted) return;
      // An answer of an earlier run goes on in the background: its progress brings the screen along.
      if (screen.phase.kind !== "sending" && (screen.phase.kind !== "loading" || sending.size === 0)) return;
      if (progress.waitingFor === undefined) goOnIfWaiting();
      sending.set(keyOf(progress), progress);
      showSending(pausing.see(progress.waitingFor));
    },
    closed(closed) {
      if ((closed.requestId ?? requestId) !== requestId || signal.aborted) return;
      goOnIfWaiting();
      if (isAnswering) return;
      if (screen.phase.kind === "asking") run(() => showOutcome(closed.state, true));
      else if (screen.phase.kind === "loading") closedMeanwhile = [closed];
    },
    stop() {
      leaving.abort();
      clearTimeout(lookAgain);
    },
  };

  function on<Name extends keyof ConsentEvents>(name: Name, act: (detail: ConsentEvents[Name]) => void): void {
    screen.addEventListener(name, (event) => act((event as CustomEvent<ConsentEvents[Name]>).detail), { signal });
  }

  /** Whatever goes wrong is said on the screen, in words that help. */
  function run(act: () => Promise<void>): void {
    act().catch(async (error: unknown) => {
      if (!signal.aborted) await explain(error).catch(() => trouble("troubleUnknown"));
    });
  }

  function show(phase: ConsentPhase): void {
    if (!signal.aborted) screen.phase = phase;
  }

  function trouble(key: TextKey, canRetry = true): void {
    show({ kind: "trouble", message: createSay(screen.texts, screen.locale)(key), canRetry });
  }

  async function ask(): Promise<void> {
    again = { act: ask, offline: "troubleOffline" };
    isAnswering = false;
    closedMeanwhile = [];
    show({ kind: "loading" });
    screen.review = await beckon.review(requestId);
    if (closedMeanwhile.length > 0) return showOutcome(closedMeanwhile[0]?.state, true);
    show({ kind: "asking" });
  }

  async function share(files: ConsentEvents["beckon-share"]["files"], network: ShareNetwork): Promise<void> {
    isAnswering = true;
    again = { act: goOn, offline: "troubleReceipt" };
    sending = new Map(files.map((file) => [keyOf(file), { ...nameOf(file), sentBytes: 0 }]));
    showSending(undefined);
    await nextTask(); // that of the tap is over
    await beckon.share(requestId, { files, network });
    await showOutcome(undefined, false);
  }

  async function decline(): Promise<void> {
    isAnswering = true;
    again = { act: decline, offline: "declinedStored" };
    show({ kind: "loading" });
    await beckon.decline(requestId);
    show({ kind: "declined" });
  }

  async function later(until: Date): Promise<void> {
    isAnswering = true;
    again = { act: () => later(until), offline: "troubleOffline" };
    await beckon.snooze(requestId, until);
    show({ kind: "later", until });
  }

  function pause(): void {
    pausing.begin();
    showSending("user");
  }

  function resume(): void {
    pausing.end();
    showSending(undefined); // until the SDK says what else it waits for
    void beckon.resume(requestId).catch(() => {});
  }

  /** Joins the answer that is under way, or sees what it came to meanwhile. */
  async function goOn(): Promise<void> {
    again = { act: goOn, offline: "troubleReceipt" };
    await beckon.upload(requestId);
    await showOutcome(undefined, false);
  }

  /** The connection is back, or something moved: whoever waits goes on. */
  function goOnIfWaiting(): void {
    if (isStored(screen.phase)) {
      run(async () => {
        await beckon.upload(requestId);
        show({ kind: "declined" });
      });
    } else if (screen.phase.kind === "sending" && screen.phase.waitingFor === "network" && !isGoingOn) {
      isGoingOn = true;
      run(() => goOn().finally(() => (isGoingOn = false)));
    }
  }

  /** What the server has recorded decides what is shown: an answer of this device or of another, or none. */
  async function showOutcome(state: string | undefined, isElsewhere: boolean): Promise<void> {
    if (isTakingBack) return;
    again = { act: () => showOutcome(state, isElsewhere), offline: "troubleReceipt" };
    const receipt = await beckon.receipt(requestId).catch((error: unknown) => {
      if (codeOf(error) === "not_found") return undefined;
      throw error;
    });
    if (!receipt) return show({ kind: "over", state: state ?? (await endOf()) });
    if (receipt.decision === "decline") return show({ kind: "declined", isElsewhere });
    if (receipt.withdrawnAt !== undefined) return show({ kind: "takenBack", downloadedBefore: undefined });
    const isHere = receipt.state === "consented" && (await goOnHere(receipt));
    showReceipt(isHere ? await beckon.receipt(requestId) : receipt, isElsewhere && !isHere);
  }

  /** How a request ended that nobody answered. */
  async function endOf(): Promise<string | undefined> {
    const ended = await beckon.requests(["cancelled", "expired"]).catch(() => []);
    return ended.find(({ id }) => id === requestId)?.state;
  }

  /** An answer that a restart interrupted goes on, in sight of the user. @returns false when it is not this device's */
  async function goOnHere({ files }: ConsentReceipt): Promise<boolean> {
    sending = new Map(
      files.map((file) => [
        keyOf(file),
        { ...nameOf(file), sentBytes: file.state === "announced" ? 0 : file.sizeBytes },
      ]),
    );
    let isOver = false;
    const going = beckon.upload(requestId).finally(() => (isOver = true));
    going.catch(() => {}); // awaited below
    // None of its own is known at once; then there is nothing to show.
    await Promise.race([going, new Promise((resolve) => setTimeout(resolve, 100))]).catch(() => {});
    if (!isOver && screen.phase.kind !== "sending") showSending(undefined);
    return (await going) !== undefined;
  }

  function showReceipt(
    receipt: ConsentReceipt,
    isElsewhere: boolean,
    downloadedBefore?: readonly DownloadBefore[],
  ): void {
    if (isTakingBack) return;
    show({ kind: "shared", receipt, isElsewhere, downloadedBefore });
    clearTimeout(lookAgain);
    if (receipt.files.some(({ state }) => state === "uploaded")) look(LOOK_AGAIN_SECONDS);

    function look([next, ...rest]: readonly number[]): void {
      if (next === undefined || signal.aborted) return;
      lookAgain = setTimeout(() => void read(rest), next * 1000);
    }

    async function read(rest: readonly number[]): Promise<void> {
      const fresh = await beckon.receipt(requestId).catch(() => receipt);
      if (screen.phase.kind !== "shared") return;
      const isNews = JSON.stringify(fresh.files) !== JSON.stringify(receipt.files);
      if (isNews) showReceipt(fresh, isElsewhere, downloadedBefore);
      else look(rest);
    }
  }

  async function takeBack(fileIds: readonly string[] | undefined): Promise<void> {
    const before = screen.phase;
    const files = before.kind === "shared" ? before.receipt.files : undefined;
    again = { act: () => takeBack(fileIds), offline: "troubleTakeBack" };
    isTakingBack = true;
    try {
      const { state, downloadedBefore } = await beckon.withdraw(requestId, fileIds);
      if (!fileIds || state === "withdrawn") return show({ kind: "takenBack", downloadedBefore, files });
      const receipt = await beckon.receipt(requestId);
      isTakingBack = false;
      showReceipt(receipt, false, downloadedBefore);
    } catch (error) {
      isTakingBack = false;
      if (codeOf(error) !== "nothing_to_withdraw") return trouble("troubleTakeBack");
      await showOutcome(undefined, false);
    }
  }

  async function explain(error: unknown): Promise<void> {
    switch (codeOf(error)) {
      case "already_answered":
      case "request_closed":
      case "request_not_open":
        // Where nothing was asked here, as when an old receipt is opened, nobody knows on which device it was answered.
        return showOutcome(closedMeanwhile[0]?.state, isAnswering || closedMeanwhile.length > 0);
      case "not_found":
        return show({ kind: "over", state: "not_found" });
      case "file_unreadable":
      case "not_reviewed":
        again = { act: ask, offline: "troubleOffline" };
        return trouble("troubleUnreadable");
      case "network":
      case "no_token":
        return showOffline();
      case "stopped":
        return isTakingBack ? undefined : trouble("troubleStopped", false);
      case "upload_too_late":
        again = { act: () => showOutcome(undefined, false), offline: "troubleReceipt" };
        return trouble("troubleTooLate");
      case "upload_refused":
        again = { act: goOn, offline: "troubleReceipt" };
        return trouble("troubleRefused");
      default:
        return trouble("troubleUnknown");
    }
  }

  /** An answer was stored before it was sent; a question that could not be asked was not. */
  function showOffline(): void {
    if (screen.phase.kind === "sending") return showSending("network");
    if (again.offline === "declinedStored") return show({ kind: "declined", isStored: true });
    trouble(again.offline);
  }

  function showSending(waitingFor: SendingWait | undefined): void {
    const files = [...sending.values()];
    const sum = (of: "sizeBytes" | "sentBytes") => files.reduce((bytes, file) => bytes + file[of], 0);
    show({ kind: "sending", files, sentBytes: sum("sentBytes"), totalBytes: sum("sizeBytes"), waitingFor });
  }
}

function isStored(phase: ConsentPhase): boolean {
  return phase.kind === "declined" && phase.isStored === true;
}

function keyOf({ collector, name }: { readonly collector: string; readonly name: string }): string {
  return `${collector}/${name}`;
}

function nameOf({ collector, name, sizeBytes }: Omit<SendingFile, "sentBytes">): Omit<SendingFile, "sentBytes"> {
  return { collector, name, sizeBytes };
}

/** The SDK's errors say what is wrong by a code. */
function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
}
