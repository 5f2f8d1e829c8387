import { announce } from "./announce-file.ts";
import type { AnswerJournal, AnswerUnderWay } from "./answer-journal.ts";
import { BeckonError, hasCode } from "./beckon-error.ts";
import type { BeckonOptions, ShareNetwork } from "./beckon.ts";
import { type AnswerResult, carryOutAnswer, type FileProgress, isOver } from "./carry-out-answer.ts";
import { type Changeable, changeAnswer, type Choice } from "./change-answer.ts";
import { deviceValues } from "./fill-consent-text.ts";
import { createNetworkGate } from "./network-gate.ts";
import { onAbort } from "./on-abort.ts";
import type { ChosenFile } from "./reviews.ts";
import type { Uploading } from "./upload-files.ts";
import type { Decision, DeviceLogRequest, LeftOut, NewConsent, Withdrawal } from "./wire.ts";

/** What users decided, from the tap to the last byte, across restarts. */
export interface Answers {
  /** One decision a request: a second tap gets what the first one came to. `begin` is called where none is under way. */
  decide(requestId: string, begin: () => Promise<AnswerResult>): Promise<AnswerResult>;
  /** Writes the answer down, then carries it out. @throws BeckonError */
  give(
    requestId: string,
    decision: Decision,
    shown: DeviceLogRequest,
    chosen: readonly ChosenFile[],
    leftOut?: LeftOut[],
    network?: ShareNetwork,
  ): Promise<AnswerResult>;
  /** Changes when the files of an answer under way go, from now on and also after a restart. */
  change(requestId: string, choice: Choice): Promise<void>;
  /** Goes on with an answer that was written down, or joins it. @returns undefined when there is none */
  carryOut(requestId: string): Promise<AnswerResult | undefined>;
  /** The same, where nobody waits for it. */
  inBackground(requestId: string): void;
  /** Takes the whole consent back, or the named files, and stops their upload. @throws BeckonError `nothing_to_withdraw` */
  takeBack(requestId: string, fileIds?: readonly string[]): Promise<Withdrawal>;
}

/** An answer that is being carried out. */
interface Flight extends Changeable<AnswerUnderWay> {
  readonly done: Promise<AnswerResult>;
  readonly stop: AbortController;
  /** How far each of its files is, by its name. */
  readonly files: ReadonlyMap<string, FileProgress>;
}

/** @param signal ends what is under way; nothing is given up */
export function createAnswers({
  installationId,
  connection,
  meteredMaxBytes,
  readRequest,
  takeDown,
  onProgress,
  report,
  ...uploading
}: Pick<BeckonOptions, "installationId" | "connection" | "meteredMaxBytes" | "onProgress"> &
  Omit<Uploading, "gate"> & {
    readonly journal: AnswerJournal;
    readonly readRequest: (requestId: string) => Promise<DeviceLogRequest>;
    readonly takeDown: (requestId: string) => Promise<void>;
    readonly report: (error: unknown) => void;
  }): Answers {
  const { api, journal, clock, signal } = uploading;
  const deciding = new Map<string, Promise<AnswerResult>>();
  const answering = new Map<string, Flight>();

  async function read(requestId: string): Promise<AnswerResult> {
    const { state, files } = await readRequest(requestId);
    return { requestId, state, files };
  }

  /** Whoever comes later, such as a screen that was opened meanwhile, learns how far it is, also where nothing moves. */
  function join({ done, files }: Flight): Promise<AnswerResult> {
    for (const progress of files.values()) onProgress?.(progress);
    return done;
  }

  /** One flight an answer: whoever comes while it is under way gets the same. */
  async function carryOut(requestId: string): Promise<AnswerResult | undefined> {
    const answer = answering.has(requestId) ? undefined : await journal.find(requestId);
    const flying = answering.get(requestId); // also one that was started meanwhile
    if (flying) return join(flying);
    if (!answer) return undefined;

    const stop = new AbortController();
    const leave = onAbort(signal, () => stop.abort(signal.reason));
    const gate = createNetworkGate(answer, connection, meteredMaxBytes);
    const files = new Map<string, FileProgress>();

    const done = (async () => {
      try {
        if (answer.takingBack) {
          // A restart, or an offline moment, between the user's take-back and the server's word.
          await withdrawAll(requestId, answer).catch(unlessNothing);
          return await read(requestId);
        }
        const result = await carryOutAnswer(answer, {
          ...uploading,
          gate,
          read: () => read(requestId),
          signal: stop.signal,
          onRecorded: () => void takeDown(requestId).catch(report),
          onProgress(progress) {
            files.set(`${progress.collector}/${progress.name}`, progress);
            onProgress?.(progress);
          },
        });
        await journal.end(answer);
        return result;
      } catch (error) {
        const refused = error instanceof BeckonError && error.status !== undefined && !error.retryable;
        if (answer.recorded && isOver(error)) {
          const result = await read(requestId);
          await journal.end(answer);
          return result;
        }
        // 404 is another user's: it waits until its own user is back, or until it is too late (see tidy). 401 and 403 wait too.
        if (
          (refused &&
            !answer.recorded &&
            !hasCode(error, "not_found", "unauthenticated", "forbidden", "unexpected_answer")) ||
          hasCode(error, "upload_too_late")
        ) {
          await journal.end(answer);
          await takeDown(requestId);
        }
        throw error;
      } finally {
        answering.delete(requestId);
        leave();
      }
    })();
    answering.set(requestId, { done, stop, files, answer, gate });
    return done;
  }

  const change: Answers["change"] = (requestId, choice) =>
    changeAnswer(journal, requestId, answering.get(requestId), choice);

  async function withdraw(requestId: string, body = {}): Promise<Withdrawal> {
    return (await api.call<Withdrawal>("POST", `/v1/log-requests/${requestId}:withdraw`, body)).body;
  }

  /** Tells the server, and forgets the answer once that is said. */
  async function withdrawAll(requestId: string, answer: AnswerUnderWay | undefined): Promise<Withdrawal> {
    const said = withdraw(requestId);
    await said.catch(unlessNothing);
    if (answer) await journal.end(answer);
    return said;
  }

  function inBackground(requestId: string): void {
    // 404 is what another user of this device gets.
    carryOut(requestId).catch((error: unknown) => hasCode(error, "not_found") || report(error));
  }

  /** One decision a request: a second tap gets what the first one came to. */
  function decide(requestId: string, begin: () => Promise<AnswerResult>): Promise<AnswerResult> {
    const twin = deciding.get(requestId);
    if (twin) return twin;
    const decision = (async () => (await carryOut(requestId)) ?? begin())().finally(() => deciding.delete(requestId));
    deciding.set(requestId, decision);
    return decision;
  }

  async function give(
    requestId: string,
    decision: Decision,
    shown: DeviceLogRequest,
    chosen: readonly ChosenFile[],
    leftOut: LeftOut[] = [],
    network?: ShareNetwork,
  ): Promise<AnswerResult> {
    const { version, locale: language, sha256: textHash } = shown.consentText;
    const consent: NewConsent = {
      decision,
      consentText: { version, locale: language, sha256: textHash },
      installationId,
      deviceNow: new Date(clock.now()).toISOString(),
      ...(decision === "share" && {
        shown: deviceValues(
          shown,
          chosen.map((one) => one.shown),
        ),
      }),
      files: chosen.map(({ shown: file, sha256 }) => announce(file, sha256)),
      ...(leftOut.length > 0 && { leftOut }),
    };
    await journal.begin(
      requestId,
      consent,
      chosen.map(({ file }) => file),
      Date.parse(shown.answerBy),
      network,
    );
    return (await carryOut(requestId)) ?? read(requestId);
  }

  async function takeBack(requestId: string, fileIds?: readonly string[]): Promise<Withdrawal> {
    if (fileIds) {
      // Also where nobody hears of it yet: what is not up is not sent any more.
      await change(requestId, { takenBack: fileIds });
      return withdraw(requestId, { fileIds });
    }
    const flying = answering.get(requestId);
    flying?.stop.abort(new BeckonError("stopped", "The consent is being taken back."));
    await flying?.done.catch(() => {});
    const underWay = await journal.find(requestId);
    if (underWay) await journal.save(Object.assign(underWay, { takingBack: true }));
    return withdrawAll(requestId, underWay);
  }

  return { decide, give, carryOut, inBackground, change, takeBack };
}

/** That there is nothing left to withdraw says that it was withdrawn. */
function unlessNothing(error: unknown): void {
  if (!hasCode(error, "nothing_to_withdraw")) throw error;
}
