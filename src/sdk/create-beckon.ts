/** The SDK's public entry: `createBeckon`, and the types and few functions that an app meets with it. */
import { type AnswerUnderWay, createAnswerJournal } from "./answer-journal.ts";
import { createApiClient, type Fetch, type SdkClock, systemClock } from "./api-client.ts";
import { BeckonError, hasCode } from "./beckon-error.ts";
import { type AnswerResult, carryOutAnswer, type FileProgress, isOver } from "./carry-out-answer.ts";
import { deviceValues, fillConsentText } from "./fill-consent-text.ts";
import { type Frozen, freezeRequest, type LeftOutFile, type ReviewFile } from "./freeze-request.ts";
import type { Collector } from "./frozen-file.ts";
import { type BeckonPush, parsePush } from "./parse-push.ts";
import { createSha256, type Hasher } from "./sha256.ts";
import { type BeckonStorage, memoryStorage } from "./storage.ts";
import { defaultUpload, type Upload } from "./upload-bytes.ts";
import { hashFile } from "./verify-source.ts";
import type {
  Decision,
  DeviceLogRequest,
  Installation,
  NewConsent,
  NewInstallation,
  Receipt,
  RequestState,
  Withdrawal,
} from "./wire.ts";

export { BeckonError, type SdkErrorCode } from "./beckon-error.ts";
export { type Collector, type CollectRequest, freezeBytes, type FrozenFile } from "./frozen-file.ts";
export { type BeckonPush, parsePush } from "./parse-push.ts";
export { createSha256, type Hasher } from "./sha256.ts";
export { type BeckonStorage, indexedDbStorage, memoryStorage } from "./storage.ts";
export type { AnswerResult, FileProgress } from "./carry-out-answer.ts";
export type { Fetch, SdkClock } from "./api-client.ts";
export type { LeftOutFile, ReviewFile } from "./freeze-request.ts";
export type { Upload, UploadSource } from "./upload-bytes.ts";
export type * from "./wire.ts";

/** Sent with the installation; agents and operators see it. */
export const SDK_VERSION = "0.1.0";

export interface BeckonOptions {
  /** Where Beckon's API is, such as `https://beckon.example.com`. */
  readonly baseUrl: string;
  /** A bearer token of the signed-in user, or the installation token that the app's back end got. `refresh` after a 401. */
  readonly getToken: (why: { refresh: boolean }) => string | Promise<string>;
  /** A UUID of this app install, made once and kept by the app. */
  readonly installationId: string;
  readonly collectors: readonly Collector[];
  /** BCP 47; the device's unless given. */
  readonly locale?: string;
  /** Default: memory, so that a restart loses uploads under way. See `indexedDbStorage`, and `nodeFolderStorage`. */
  readonly storage?: BeckonStorage;
  readonly fetch?: Fetch;
  /** A faster SHA-256 where there is one, such as `() => createHash("sha256")` of node:crypto. */
  readonly createHasher?: () => Hasher;
  /** Another way to send bytes, such as the platform's background uploads. */
  readonly upload?: Upload;
  readonly clock?: SdkClock;
  /** The user is asked for logs: show something that leads to `review`. Once a request, until its prompt came down. */
  readonly onPrompt?: (request: DeviceLogRequest) => void;
  /** Take the prompt down, also one that an earlier run of the app put up. `state` where it is known. */
  readonly onPromptClosed?: (closed: { requestId: string; state: RequestState | undefined }) => void;
  readonly onProgress?: (progress: FileProgress) => void;
  /** What went wrong where nobody waits for it. */
  readonly onError?: (error: unknown) => void;
}

/** What the prompt shows: all of it is what the server enforces or what will be sent. */
export interface Review {
  readonly request: DeviceLogRequest;
  /** The consent text, filled for these files (all unless given). Plain text: never put it into HTML unescaped. */
  textFor(files?: readonly ReviewFile[]): string;
  readonly files: readonly ReviewFile[];
  readonly totalBytes: number;
  readonly leftOut: readonly LeftOutFile[];
  readonly unavailable: Frozen["unavailable"];
}

export interface Beckon {
  /** Tells the server where this install gets its pushes; after sign-in and whenever the token changes. @throws BeckonError */
  register(installation: Omit<NewInstallation, "collectors">): Promise<Installation>;
  /** Stops pushes to this install and takes all prompts down; at sign-out. @throws BeckonError */
  unregister(): Promise<void>;
  /**
   * At every start and return to the foreground, as pushes get lost: refreshes the registration, raises the prompts of open
   * requests, takes down those that closed, and goes on with answers that a restart interrupted.
   *
   * @returns the user's open and consented requests
   * @throws BeckonError the first that went wrong, after all was tried
   */
  sync(): Promise<DeviceLogRequest[]>;
  /** @returns undefined when the push is not Beckon's */
  parsePush(payload: unknown): BeckonPush | undefined;
  /**
   * Acts on a push: raises or takes down its prompt. Resolves when that is done.
   *
   * @param push from `parsePush`, or the platform's payload
   * @returns false when the push is not Beckon's
   * @throws BeckonError
   */
  handle(push: unknown): Promise<boolean>;
  /**
   * Freezes the files and says what to show; call it as the prompt opens: it marks the request as seen. The same
   * review until it is answered, put off or closed.
   *
   * @throws BeckonError `request_closed`, `not_found`
   */
  review(requestId: string): Promise<Review>;
  /**
   * Records the user's yes and uploads; resolves when every file has its outcome on the server. When the app ends in
   * between, the next `sync()` goes on.
   *
   * @param choice.files those of the review that the user ticked; all unless given
   * @throws BeckonError `not_reviewed`, `already_answered`, `request_closed`, `file_unreadable`, `upload_refused`, …
   */
  share(requestId: string, choice?: { files?: readonly ReviewFile[] }): Promise<AnswerResult>;
  /** Records the user's no. @throws BeckonError `already_answered`, `request_closed` */
  decline(requestId: string): Promise<AnswerResult>;
  /** Puts the prompt off, on all of the user's installs. @throws BeckonError `request_not_open`, `invalid_request` */
  snooze(requestId: string, until: Date): Promise<DeviceLogRequest>;
  /** Goes on with an answer under way, or joins it. @returns undefined when there is none on this device */
  upload(requestId: string): Promise<AnswerResult | undefined>;
  /**
   * Takes back the whole consent, or the named files. Stops its upload.
   *
   * @param fileIds the server's ids, from a result or a receipt
   * @throws BeckonError `nothing_to_withdraw`
   */
  withdraw(requestId: string, fileIds?: readonly string[]): Promise<Withdrawal>;
  /** The consent as the user keeps it. @throws BeckonError `not_found` */
  receipt(requestId: string): Promise<Receipt>;
  /** The user's requests in these states, all pages; open and consented ones unless given. @throws BeckonError */
  requests(states?: readonly RequestState[]): Promise<DeviceLogRequest[]>;
  /** Ends what is under way; nothing is given up. The object cannot be used afterwards. */
  stop(): void;
}

/**
 * Answers requests for logs on behalf of a user. One for each signed-in user; nothing happens before the first call.
 */
export function createBeckon(options: BeckonOptions): Beckon {
  const {
    installationId,
    collectors,
    clock = systemClock,
    createHasher = createSha256,
    storage = memoryStorage(),
  } = options;
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const upload = options.upload ?? defaultUpload(fetch);
  const device = Intl.DateTimeFormat().resolvedOptions();
  const locale = options.locale ?? device.locale;
  const stopping = new AbortController();
  const api = createApiClient({
    baseUrl: options.baseUrl,
    getToken: options.getToken,
    fetch,
    clock,
    signal: stopping.signal,
  });
  const journal = createAnswerJournal(storage, collectors);
  const inLanguage = `locale=${encodeURIComponent(locale)}`;

  const INSTALLATION = "beckon/installation";
  const PROMPT = "beckon/prompt/";
  const prompted = new Set<string>();
  const reviews = new Map<string, Promise<Held>>();
  const deciding = new Map<string, Promise<AnswerResult>>();
  const answering = new Map<string, { done: Promise<AnswerResult>; stop: AbortController }>();
  let syncing: Promise<DeviceLogRequest[]> | undefined;
  let tidied: Promise<void> | undefined;

  interface Held {
    readonly review: Review;
    readonly frozen: Frozen;
    /** Taken while the user reads. */
    readonly hashes: Promise<string[]>;
  }

  // ── Prompts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Does what the server's word about a request asks for: go on with the answer, raise the prompt, or take it down. */
  async function act(request: DeviceLogRequest): Promise<void> {
    if (await journal.find(request.id)) return inBackground(request.id);
    const snoozed = request.snoozedUntil !== undefined && Date.parse(request.snoozedUntil) > api.serverNow();
    if (!isOpen(request) || snoozed) return takeDown(request.id, request.state);
    if (prompted.has(request.id)) return;
    prompted.add(request.id);
    await storage.set(PROMPT + request.id, "");
    options.onPrompt?.(request);
  }

  async function takeDown(requestId: string, state: RequestState | undefined): Promise<void> {
    const held = reviews.get(requestId);
    reviews.delete(requestId);
    if (held) void held.then(({ frozen }) => release(frozen.files.map(({ file }) => file))).catch(report);
    const wasUp = prompted.delete(requestId) || (await storage.get(PROMPT + requestId)) !== undefined;
    if (!wasUp) return;
    await storage.delete(PROMPT + requestId);
    options.onPromptClosed?.({ requestId, state });
  }

  /** Those of this run and those that an earlier one left. */
  async function promptsUp(): Promise<Set<string>> {
    const stored = (await storage.keys()).filter((key) => key.startsWith(PROMPT));
    return new Set([...stored.map((key) => key.slice(PROMPT.length)), ...prompted]);
  }

  function report(error: unknown): void {
    if (!hasCode(error, "stopped")) options.onError?.(error);
  }

  async function readRequest(requestId: string): Promise<DeviceLogRequest> {
    return (
      await api.call<DeviceLogRequest>("GET", `/v1/me/log-requests/${encodeURIComponent(requestId)}?${inLanguage}`)
    ).body;
  }

  // ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** One flight an answer: whoever comes while it is under way gets the same. */
  async function carryOut(requestId: string): Promise<AnswerResult | undefined> {
    const flying = answering.get(requestId);
    if (flying) return flying.done;
    const answer = await journal.find(requestId);
    if (!answer) return undefined;
    const startedMeanwhile = answering.get(requestId);
    if (startedMeanwhile) return startedMeanwhile.done;

    const stop = new AbortController();
    const stopToo = (): void => stop.abort(stopping.signal.reason);
    stopping.signal.addEventListener("abort", stopToo);
    if (stopping.signal.aborted) stopToo();

    const done = (async () => {
      try {
        if (answer.takingBack) return await takeBack(answer);
        const result = await carryOutAnswer(answer, {
          api,
          journal,
          upload,
          createHasher,
          clock,
          signal: stop.signal,
          onRecorded: () => void takeDown(requestId, undefined).catch(report),
          onProgress: (progress) => options.onProgress?.(progress),
        });
        await journal.end(answer);
        return result;
      } catch (error) {
        const refused = error instanceof BeckonError && error.status !== undefined && !error.retryable;
        if (answer.recorded && isOver(error)) {
          const { state, files } = await readRequest(requestId);
          await journal.end(answer);
          return { requestId, state, files };
        }
        // 404 is another user's: it waits until its own user is back, or until it is too late (see tidy). 401 and 403 wait too.
        if (
          (refused && !answer.recorded && !hasCode(error, "not_found", "unauthenticated", "forbidden")) ||
          hasCode(error, "upload_too_late")
        ) {
          await journal.end(answer);
          await takeDown(requestId, undefined);
        }
        throw error;
      } finally {
        answering.delete(requestId);
        stopping.signal.removeEventListener("abort", stopToo);
      }
    })();
    answering.set(requestId, { done, stop });
    return done;
  }

  /** A restart, or an offline moment, between the user's take-back and the server's word. */
  async function takeBack(answer: AnswerUnderWay): Promise<AnswerResult> {
    const { requestId } = answer;
    await api.call("POST", `/v1/log-requests/${requestId}:withdraw`, {}).catch((error: unknown) => {
      if (!hasCode(error, "nothing_to_withdraw")) throw error;
    });
    await journal.end(answer);
    const { state, files } = await readRequest(requestId);
    return { requestId, state, files };
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

  async function answer(
    requestId: string,
    decision: Decision,
    shown: DeviceLogRequest,
    chosen: Chosen[],
  ): Promise<AnswerResult> {
    const { version, locale: language, sha256 } = shown.consentText;
    const consent: NewConsent = {
      decision,
      consentText: { version, locale: language, sha256 },
      installationId,
      deviceNow: new Date(clock.now()).toISOString(),
      ...(decision === "share" && {
        shown: deviceValues(
          shown,
          chosen.map((one) => one.shown),
        ),
      }),
      files: chosen.map(({ shown: file, sha256: hash }) => ({
        collector: file.collector,
        name: file.name,
        sizeBytes: file.sizeBytes,
        sha256: hash,
        modifiedAt: file.modifiedAt.toISOString(),
        ...(file.coversFrom && { coversFrom: file.coversFrom.toISOString() }),
        ...(file.coversTo && { coversTo: file.coversTo.toISOString() }),
      })),
    };
    await journal.begin(
      requestId,
      consent,
      chosen.map(({ file }) => file),
      Date.parse(shown.answerBy),
    );
    const result = await carryOut(requestId);
    return result ?? readRequest(requestId).then(({ state, files }) => ({ requestId, state, files }));
  }

  async function freeze(requestId: string): Promise<Held> {
    await tidy();
    const request = await readRequest(requestId);
    if (!isOpen(request)) {
      await takeDown(requestId, request.state);
      throw new BeckonError("request_closed", `The request is ${request.state}: there is nothing to ask.`);
    }
    const frozen = await freezeRequest(request, collectors, stopping.signal);
    const files = frozen.files.map(({ shown }) => shown);
    const hashes = (async () => {
      const taken: string[] = [];
      for (const { file } of frozen.files) taken.push(await hashFile(file, createHasher));
      return taken;
    })();
    hashes.catch(() => {}); // share() meets it
    api.call("POST", `/v1/log-requests/${requestId}:seen`, { installationId }).catch(report);
    return {
      frozen,
      hashes,
      review: {
        request,
        textFor: (chosen = files) => fillConsentText(request, chosen),
        files,
        totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        leftOut: frozen.leftOut,
        unavailable: frozen.unavailable,
      },
    };
  }

  // ── Start ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Once a run, before anything is frozen: lets go of what an earlier run froze and nobody needs. */
  function tidy(): Promise<void> {
    tidied ??= (async () => {
      const answers = await journal.list();
      for (const old of answers) if (old.until < api.serverNow() - LATE_MS) await journal.end(old);
      for (const { name, releaseAllBut } of collectors) {
        const needed = answers.flatMap(({ consent, files }) =>
          files.flatMap(({ saved }, index) =>
            saved !== undefined && consent.files?.[index]?.collector === name ? saved : [],
          ),
        );
        await releaseAllBut?.(needed).catch(report);
      }
    })();
    return tidied;
  }

  async function put(installation: Omit<NewInstallation, "collectors">): Promise<Installation> {
    const body: NewInstallation = {
      locale,
      timeZone: device.timeZone,
      sdkVersion: SDK_VERSION,
      ...installation,
      collectors: collectors.map(({ name, label, typicalSizeBytes }) => ({
        name,
        label,
        ...(typicalSizeBytes !== undefined && { typicalSizeBytes }),
      })),
    };
    return (await api.call<Installation>("PUT", `/v1/installations/${installationId}`, body)).body;
  }

  async function refresh(): Promise<void> {
    const stored = await storage.get(INSTALLATION);
    if (typeof stored === "string") await put(JSON.parse(stored) as NewInstallation);
  }

  async function fetchAll(): Promise<DeviceLogRequest[]> {
    await tidy();
    const requests = await api.list<DeviceLogRequest>(`/v1/me/log-requests?${inLanguage}`);
    const listed = new Set(requests.map(({ id }) => id));
    for (const request of requests) await act(request);
    // What is not listed has ended, or is another user's, whose prompts are not shown here and whose answers wait.
    for (const requestId of await promptsUp()) if (!listed.has(requestId)) await takeDown(requestId, undefined);
    for (const { requestId } of await journal.list()) if (!listed.has(requestId)) inBackground(requestId);
    return requests;
  }

  return {
    parsePush,

    async register(installation) {
      const registered = await put(installation);
      await storage.set(INSTALLATION, JSON.stringify(installation));
      return registered;
    },

    async unregister() {
      await api.call("DELETE", `/v1/installations/${installationId}`);
      await storage.delete(INSTALLATION);
      for (const requestId of await promptsUp()) await takeDown(requestId, undefined);
    },

    sync() {
      syncing ??= (async () => {
        // Requests first: they are what the user waits for, and a registration that fails must not hide them.
        const [requests, registered] = await Promise.allSettled([fetchAll(), refresh()]);
        if (requests.status === "rejected") throw requests.reason;
        if (registered.status === "rejected") throw registered.reason;
        return requests.value;
      })().finally(() => (syncing = undefined));
      return syncing;
    },

    async handle(push) {
      const parsed = parsePush(push);
      if (!parsed) return false;
      try {
        await act(await readRequest(parsed.requestId));
      } catch (error) {
        // 404: for another user of this device. And one that is said to be closed comes down even when nobody can be asked.
        const anothers = hasCode(error, "not_found");
        if (anothers || parsed.type === "beckon.log-request-closed") await takeDown(parsed.requestId, undefined);
        if (!anothers) throw error;
      }
      return true;
    },

    async review(requestId) {
      let held = reviews.get(requestId);
      if (!held) {
        const freezing = freeze(requestId);
        held = freezing;
        reviews.set(requestId, freezing);
        freezing.catch(() => reviews.get(requestId) === freezing && reviews.delete(requestId));
      }
      return (await held).review;
    },

    share: (requestId, choice = {}) =>
      decide(requestId, async () => {
        const held = await reviews.get(requestId);
        if (!held)
          throw new BeckonError(
            "not_reviewed",
            "Nothing was frozen for this request: call review() and show it first.",
          );
        const hashes = await held.hashes.catch((cause: unknown) => {
          throw new BeckonError("file_unreadable", "A frozen file can no longer be read: review again.", { cause });
        });
        if (!reviews.delete(requestId))
          throw new BeckonError("request_closed", "The prompt came down before the answer.");
        const wanted = held.frozen.files.map(({ shown, file }, index) => ({
          shown,
          file,
          sha256: hashes[index] ?? "",
        }));
        const isChosen = ({ shown }: Chosen) =>
          !choice.files || choice.files.some((file) => file.collector === shown.collector && file.name === shown.name);
        await release(wanted.filter((one) => !isChosen(one)).map(({ file }) => file));
        return answer(requestId, "share", held.review.request, wanted.filter(isChosen));
      }),

    decline: (requestId) =>
      decide(requestId, async () => {
        const held = await reviews.get(requestId)?.catch(() => undefined);
        reviews.delete(requestId);
        await release(held?.frozen.files.map(({ file }) => file) ?? []);
        return answer(requestId, "decline", held?.review.request ?? (await readRequest(requestId)), []);
      }),

    async snooze(requestId, until) {
      const { body } = await api.call<DeviceLogRequest>("POST", `/v1/log-requests/${requestId}:snooze`, {
        snoozeUntil: until.toISOString(),
      });
      await takeDown(requestId, body.state);
      return body;
    },

    upload: carryOut,

    async withdraw(requestId, fileIds) {
      const path = `/v1/log-requests/${requestId}:withdraw`;
      if (fileIds) return (await api.call<Withdrawal>("POST", path, { fileIds: [...fileIds] })).body;
      const flying = answering.get(requestId);
      flying?.stop.abort(new BeckonError("stopped", "The consent is being taken back."));
      await flying?.done.catch(() => {});
      const underWay = await journal.find(requestId);
      if (underWay) await journal.save(Object.assign(underWay, { takingBack: true }));
      try {
        const { body } = await api.call<Withdrawal>("POST", path, {});
        if (underWay) await journal.end(underWay);
        return body;
      } catch (error) {
        if (underWay && hasCode(error, "nothing_to_withdraw")) await journal.end(underWay);
        throw error;
      }
    },

    receipt: async (requestId) => (await api.call<Receipt>("GET", `/v1/log-requests/${requestId}/receipt`)).body,

    requests: (states) =>
      api.list<DeviceLogRequest>(`/v1/me/log-requests?${states ? `state=${states.join(",")}&` : ""}${inLanguage}`),

    stop: () => stopping.abort(new BeckonError("stopped", "The SDK was stopped.")),
  };
}

interface Chosen {
  readonly shown: ReviewFile;
  readonly file: Frozen["files"][number]["file"];
  readonly sha256: string;
}

/** An answer that is this much too late is forgotten: no clock is off by more and still fetches tokens. */
const LATE_MS = 24 * 60 * 60 * 1000;

function isOpen({ state }: DeviceLogRequest): boolean {
  return state === "requested" || state === "notified" || state === "seen";
}

async function release(files: readonly { release?(): Promise<void> }[]): Promise<void> {
  for (const file of files) await file.release?.();
}
