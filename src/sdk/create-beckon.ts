/** The SDK's public entry: `createBeckon`, and the types and few functions that an app meets with it. */
import { createAnswerJournal, REPORTS, sweepCopies } from "./answer-journal.ts";
import { createAnswers } from "./answers.ts";
import { createApiClient, type Fetch, systemClock } from "./api-client.ts";
import { BeckonError, hasCode } from "./beckon-error.ts";
import type { Beckon, BeckonOptions } from "./beckon.ts";
import { freezeRequest } from "./freeze-request.ts";
import { parsePush } from "./parse-push.ts";
import { createPrompts } from "./prompts.ts";
import { createReviews } from "./reviews.ts";
import { TEST } from "./test-push-key.ts";
import { createSha256 } from "./sha256.ts";
import { memoryStorage } from "./storage.ts";
import { SDK_VERSION } from "./version.ts";
import { defaultUpload } from "./upload-bytes.ts";
import type { DeviceLogRequest, Installation, NewInstallation, Receipt, RequestState } from "./wire.ts";
import { LATE_MS } from "./policy.ts";

export type { Asked, Beckon, BeckonOptions, Connection, Review, ReviewOf, ShareNetwork } from "./beckon.ts";
export { BeckonError, type SdkErrorCode } from "./beckon-error.ts";
export { type Collector, type CollectRequest, freezeBytes, type FrozenFile } from "./frozen-file.ts";
export { type BeckonPush, parsePush } from "./parse-push.ts";
export { createSha256, type Hasher } from "./sha256.ts";
export { type BeckonStorage, indexedDbStorage, memoryStorage } from "./storage.ts";
export type { AnswerResult, FileProgress } from "./carry-out-answer.ts";
export { type Fetch, type SdkClock, systemClock } from "./api-client.ts";
export type { LeftOutFile, ReviewFile } from "./freeze-request.ts";
export { SDK_VERSION } from "./version.ts";
export { type BlockSource, defaultUpload, type Upload, type UploadBlocks, type UploadSource } from "./upload-bytes.ts";
export type * from "./wire.ts";

const INSTALLATION = "beckon/installation";

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
  const device = Intl.DateTimeFormat().resolvedOptions();
  const locale = options.locale ?? device.locale;
  const stopping = new AbortController();
  const { signal } = stopping;
  const api = createApiClient({ ...options, fetch, clock, signal });
  const inLanguage = `locale=${encodeURIComponent(locale)}`;
  const journal = createAnswerJournal(storage, collectors);
  const prompts = createPrompts({ ...options, storage });
  const reviews = createReviews({
    freezeFor: (request) => freezeRequest(request, collectors, signal),
    createHasher,
    canWaitForUnmetered: options.connection !== undefined,
    readOpen,
    onFrozen: (requestId) =>
      void api.call("POST", `/v1/log-requests/${requestId}:seen`, { installationId }).catch(report),
  });
  const answers = createAnswers({
    ...options,
    api,
    journal,
    upload: options.upload ?? defaultUpload(fetch, api.serverNow),
    createHasher,
    clock,
    signal,
    readRequest,
    takeDown,
    report,
  });
  let syncing: Promise<DeviceLogRequest[]> | undefined;
  let tidied: Promise<void> | undefined;
  let registering: Promise<unknown> = Promise.resolve();

  /** Does what the server's word about a request asks for: go on with the answer, raise the prompt, or take it down. */
  async function act(request: DeviceLogRequest): Promise<void> {
    if (await journal.find(request.id)) return answers.inBackground(request.id);
    const snoozed = request.snoozedUntil !== undefined && Date.parse(request.snoozedUntil) > api.serverNow();
    return isOpen(request) && !snoozed ? prompts.raise(request) : takeDown(request.id, request.state);
  }

  async function takeDown(requestId: string, state?: RequestState): Promise<void> {
    reviews.close(requestId).catch(report);
    await prompts.takeDown(requestId, state);
  }

  function report(error: unknown): void {
    if (!hasCode(error, "stopped")) options.onError?.(error);
  }

  async function readRequest(requestId: string): Promise<DeviceLogRequest> {
    return (
      await api.call<DeviceLogRequest>("GET", `/v1/me/log-requests/${encodeURIComponent(requestId)}?${inLanguage}`)
    ).body;
  }

  async function readOpen(requestId: string): Promise<DeviceLogRequest> {
    const request = await readRequest(requestId);
    await tidy();
    if (isOpen(request)) return request;
    await takeDown(requestId, request.state);
    throw new BeckonError("request_closed", `The request is ${request.state}.`);
  }

  /**
   * Once a run, before anything is frozen: lets go of what an earlier run froze and nobody needs. After the first call, which
   * tells the server's time: by a clock that is days ahead every answer under way would be too late.
   */
  function tidy(): Promise<void> {
    tidied ??= (async () => {
      await sweepCopies(storage, clock.now()).catch(report);
      const written = await journal.list();
      for (const old of written) if (old.until < api.serverNow() - LATE_MS) await journal.end(old);
      // Reports (create-reports.ts) keep theirs in the same storage, with the same collectors.
      const reports = await createAnswerJournal(storage, collectors, REPORTS).list();
      for (const { name, releaseAllBut } of collectors) {
        const needed = [...written, ...reports].flatMap(({ consent, files }) =>
          files.flatMap(({ saved }, index) =>
            saved !== undefined && consent.files?.[index]?.collector === name ? saved : [],
          ),
        );
        await releaseAllBut?.(needed).catch(report);
      }
    })().catch((error: unknown) => {
      tidied = undefined; // a storage that failed once is asked again
      throw error;
    });
    return tidied;
  }

  async function put(installation: Omit<NewInstallation, "collectors">): Promise<Installation> {
    const body: NewInstallation = {
      locale,
      timeZone: device.timeZone,
      sdkVersion: SDK_VERSION,
      ...installation,
      collectors: collectors.map(({ name, label, typicalSizeBytes }) => ({ name, label, typicalSizeBytes })),
    };
    return (await api.call<Installation>("PUT", `/v1/installations/${installationId}`, body)).body;
  }

  async function refresh(): Promise<void> {
    const stored = await storage.get(INSTALLATION);
    if (typeof stored === "string") await put(JSON.parse(stored) as NewInstallation);
  }

  /** One word about this install at a time, or an old one that was refreshed could arrive after a new one. */
  function inTurn<Result>(say: () => Promise<Result>): Promise<Result> {
    const said = registering.then(say, say);
    registering = said;
    return said;
  }

  async function fetchAll(): Promise<DeviceLogRequest[]> {
    const requests = await api.list<DeviceLogRequest>(`/v1/me/log-requests?${inLanguage}`);
    await tidy();
    const listed = new Set(requests.map(({ id }) => id));
    for (const request of requests) await act(request);
    // What is not listed has ended, or is another user's, whose prompts are not shown here and whose answers wait.
    for (const requestId of await prompts.up()) if (!listed.has(requestId)) await takeDown(requestId);
    for (const { requestId } of await journal.list()) if (!listed.has(requestId)) answers.inBackground(requestId);
    return requests;
  }

  return {
    parsePush,

    register: (installation) =>
      inTurn(async () => {
        const registered = await put(installation);
        await storage.set(INSTALLATION, JSON.stringify(installation));
        return registered;
      }),

    async unregister() {
      await inTurn(async () => {
        await api.call("DELETE", `/v1/installations/${installationId}`);
        await storage.delete(INSTALLATION);
      });
      for (const requestId of await prompts.up()) await takeDown(requestId);
    },

    sync() {
      syncing ??= (async () => {
        // Requests first: they are what the user waits for, and a registration that fails must not hide them.
        const both = [fetchAll(), inTurn(refresh)] as const;
        await Promise.allSettled(both);
        return (await Promise.all(both))[0];
      })().finally(() => (syncing = undefined));
      return syncing;
    },

    async handle(push) {
      const parsed = parsePush(push);
      if (!parsed) return false;
      if (parsed.type === "beckon.test") {
        // Whoever tests looks into the storage: it may be a page, and this the service worker.
        let isShown: unknown = false;
        try {
          isShown = await options.onTestPush?.(parsed.requestId);
        } catch (error) {
          report(error); // it arrived, all the same
        }
        await storage.set(TEST + parsed.requestId, String(isShown));
        return true;
      }
      try {
        await act(await readRequest(parsed.requestId));
      } catch (error) {
        // 404: for another user of this device. And one that is said to be closed comes down even when nobody can be asked.
        const anothers = hasCode(error, "not_found");
        if (anothers || parsed.type === "beckon.log-request-closed") await takeDown(parsed.requestId);
        if (!anothers) throw error;
      }
      return true;
    },

    review: (requestId) => reviews.open(requestId),

    share: (requestId, choice = {}) =>
      answers.decide(requestId, async () => {
        const { request, chosen, leftOut } = await reviews.take(requestId, choice.files);
        return answers.give(requestId, "share", request, chosen, leftOut, choice.network);
      }),

    decline: (requestId) =>
      answers.decide(requestId, async () => {
        const shown = await reviews.close(requestId);
        return answers.give(requestId, "decline", shown ?? (await readRequest(requestId)), []);
      }),

    async snooze(requestId, until) {
      const { body } = await api.call<DeviceLogRequest>("POST", `/v1/log-requests/${requestId}:snooze`, {
        snoozeUntil: until.toISOString(),
      });
      await takeDown(requestId, body.state);
      return body;
    },

    upload: (requestId) => answers.carryOut(requestId),

    useNetwork: (requestId, network) => answers.change(requestId, { network }),
    pause: (requestId) => answers.change(requestId, { paused: true }),
    resume: (requestId) => answers.change(requestId, { paused: false }),

    withdraw: (requestId, fileIds) => answers.takeBack(requestId, fileIds),

    receipt: async (requestId) => (await api.call<Receipt>("GET", `/v1/log-requests/${requestId}/receipt`)).body,

    requests: (states) =>
      api.list<DeviceLogRequest>(`/v1/me/log-requests?${states ? `state=${states.join(",")}&` : ""}${inLanguage}`),

    stop: () => stopping.abort(new BeckonError("stopped", "The SDK was stopped.")),
  };
}

function isOpen({ state }: DeviceLogRequest): boolean {
  return ["requested", "notified", "seen"].includes(state);
}
