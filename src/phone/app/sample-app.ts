import type { Happening } from "#phone/system/happenings.ts";
import type { PushAddress } from "#phone/system/push-address.ts";
import type { Radio } from "#phone/system/radio.ts";
import {
  type Beckon,
  BeckonError,
  type BeckonStorage,
  type Collector,
  createBeckon,
  type DeviceLogRequest,
  type FileProgress,
  type RequestState,
} from "#sdk/create-beckon.ts";

/** What the app's home has to say about one request. */
export type Card = { readonly requestId: string; readonly ticketNumber: number | undefined } & (
  | { readonly kind: "asked" }
  | {
      readonly kind: "sending";
      readonly sentBytes: number;
      readonly totalBytes: number;
      readonly waitingFor: FileProgress["waitingFor"];
    }
);

export interface SampleApp {
  /** The SDK, as the app's screens use it. What they do with it is told to `onHappening`. */
  readonly beckon: Beckon;
  cards(): readonly Card[];
  /** The app comes to the foreground, or the network is back: asks for what pushes may have missed. Never rejects. */
  comeForward(): Promise<void>;
  /** The system ends the app: its memory is gone, what it stored is not. */
  kill(): void;
}

/** How often an app that is open asks whether the server is back, while an answer waits for it. */
const KNOCK_MS = 5_000;

interface Sending {
  ticketNumber: number | undefined;
  /** As far as it is known: after a restart the server says it. */
  totalBytes: number | undefined;
  /** For the network, with the answer itself. */
  isWaiting?: boolean;
  readonly files: Map<string, FileProgress>;
}

/** Starts the app for its signed-in user. It does what every app with the SDK does, and nothing more. */
export function startSampleApp({
  baseUrl,
  getToken,
  address,
  storage,
  radio,
  collectors,
  locale,
  device,
  areNotificationsAllowed,
  onCards,
  onProgress,
  onClosed,
  onHappening,
}: {
  baseUrl: string;
  getToken: (why: { refresh: boolean }) => Promise<string>;
  address: PushAddress;
  storage: BeckonStorage;
  radio: Radio;
  collectors: readonly Collector[];
  locale: string;
  device: { readonly model: string; readonly osVersion: string; readonly appVersion: string };
  areNotificationsAllowed: () => boolean;
  onCards: () => void;
  onProgress: (progress: FileProgress) => void;
  onClosed: (closed: { requestId: string; state: RequestState | undefined }) => void;
  onHappening: (happening: Happening) => void;
}): SampleApp {
  const asked = new Map<string, DeviceLogRequest>();
  const sending = new Map<string, Sending>();
  /** Uploads whose end somebody waits for. */
  const awaited = new Set<string>();
  let isDead = false;
  let knocking: ReturnType<typeof setTimeout> | undefined;
  /** With notifications allowed or not; undefined: not yet. */
  let registeredAs: boolean | undefined;
  let toldAs: boolean | undefined;
  let hasStarted = false;

  const tell = (happening: Happening) => {
    if (!isDead) onHappening(happening);
  };
  const report = (error: unknown) => {
    if (error instanceof BeckonError && error.code === "stopped") return;
    tell({
      kind: "trouble",
      message: error instanceof Error ? error.message : String(error),
      code: error instanceof BeckonError ? error.code : undefined,
    });
  };

  const sdk = createBeckon({
    baseUrl,
    getToken,
    installationId: address.installationId,
    collectors,
    locale,
    storage,
    fetch: (url, init) => radio.fetch(url, init as RequestInit),
    upload: radio.upload,
    clock: radio.clock,
    connection: radio.connection,
    onPrompt(request) {
      asked.set(request.id, request);
      onCards();
      tell({ kind: "prompted", request });
    },
    onPromptClosed(closed) {
      asked.delete(closed.requestId);
      onCards();
      onClosed(closed);
      tell({ kind: "closed", ...closed });
    },
    onProgress(progress) {
      const { requestId, collector, name } = progress;
      const one = sendingOf(requestId);
      one.isWaiting = false;
      one.files.set(`${collector}/${name}`, progress);
      onCards();
      onProgress(progress);
      tell({ kind: "progress", ...progress });
    },
    onError: report,
  });

  function sendingOf(requestId: string): Sending {
    const known = sending.get(requestId) ?? { ticketNumber: undefined, totalBytes: undefined, files: new Map() };
    sending.set(requestId, known);
    return known;
  }

  /** That the network is back the system says; that the server is, nobody does. */
  function wait(requestId: string): void {
    sendingOf(requestId).isWaiting = true;
    knocking ??= setTimeout(() => {
      void comeForward().finally(() => {
        knocking = undefined;
        const [still] = [...sending].find(([, { isWaiting }]) => isWaiting) ?? [];
        if (still !== undefined && !isDead) wait(still);
      });
    }, KNOCK_MS);
  }

  /** An answer that an earlier run gave, or whose upload goes on by itself: shown until it ends. */
  function follow(request: DeviceLogRequest): void {
    const { id, ticketNumber, files } = request;
    if (awaited.has(id)) return;
    awaited.add(id);
    const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    void sdk
      .upload(id)
      .then(
        (result) => {
          if (result) tell({ kind: "answered", answer: "share", result });
          sending.delete(id);
        },
        (error: unknown) => {
          if (isOffline(error)) wait(id);
          else sending.delete(id);
          report(error);
        },
      )
      .finally(() => {
        awaited.delete(id);
        onCards();
      });
    // Another of the user's phones may be the one that sends: then there is nothing here to show.
    if (sending.has(id)) Object.assign(sendingOf(id), { ticketNumber, ...(totalBytes > 0 && { totalBytes }) });
    onCards();
  }

  const beckon: Beckon = {
    ...sdk,
    async review(requestId) {
      const review = await sdk.review(requestId);
      tell({ kind: "reviewed", requestId });
      return review;
    },
    async share(requestId, choice) {
      const request = asked.get(requestId);
      const files = choice?.files;
      Object.assign(sendingOf(requestId), {
        ticketNumber: request?.ticketNumber,
        totalBytes: files?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      });
      awaited.add(requestId);
      tell({ kind: "sharing", requestId });
      try {
        const result = await sdk.share(requestId, choice);
        tell({ kind: "answered", answer: "share", result });
        sending.delete(requestId);
        return result;
      } catch (error) {
        // Stored on the phone: it goes on by itself when the network is back.
        if (isOffline(error)) wait(requestId);
        else sending.delete(requestId);
        throw error;
      } finally {
        awaited.delete(requestId);
        onCards();
      }
    },
    async decline(requestId) {
      const result = await sdk.decline(requestId);
      tell({ kind: "answered", answer: "decline", result });
      return result;
    },
    async snooze(requestId, until) {
      const request = await sdk.snooze(requestId, until);
      tell({ kind: "putOff", requestId, until });
      return request;
    },
    async withdraw(requestId, fileIds) {
      const withdrawal = await sdk.withdraw(requestId, fileIds);
      // It waited for the server and is under way nowhere: nothing else would end it.
      if (fileIds === undefined && sending.get(requestId)?.isWaiting && sending.delete(requestId)) onCards();
      tell({ kind: "takenBack", requestId });
      return withdrawal;
    },
  };

  async function register(): Promise<void> {
    const isAllowed = areNotificationsAllowed();
    if (registeredAs === isAllowed) return;
    await sdk.register({
      platform: "browser",
      pushChannel: address.channel,
      notificationsAllowed: isAllowed,
      ...device,
    });
    registeredAs = isAllowed;
  }

  async function comeForward(): Promise<void> {
    const [registered, synced] = await Promise.allSettled([register(), sdk.sync()]);
    const isNew = !hasStarted || registeredAs !== toldAs;
    hasStarted = true;
    toldAs = registeredAs;
    if (isNew) tell({ kind: "started", isRegistered: registeredAs !== undefined, isMuted: !registeredAs });
    if (synced.status === "fulfilled") {
      for (const request of synced.value) {
        if (request.state === "consented" || sending.has(request.id)) follow(request);
      }
    }
    for (const outcome of [registered, synced]) {
      // That there is no network is no news to whoever switched it off.
      if (outcome.status === "rejected" && !isOffline(outcome.reason)) report(outcome.reason);
    }
  }

  return {
    beckon,
    cards() {
      const waiting = [...asked.values()]
        .filter(({ id }) => !sending.has(id))
        .map(({ id, ticketNumber }): Card => ({
          kind: "asked",
          requestId: id,
          ticketNumber,
        }));
      return [...waiting, ...[...sending].map(([requestId, one]) => sendingCard(requestId, one))];
    },
    comeForward,
    kill() {
      isDead = true;
      clearTimeout(knocking);
      sdk.stop();
    },
  };
}

function isOffline(error: unknown): boolean {
  return error instanceof BeckonError && (error.code === "network" || error.code === "no_token");
}

function sendingCard(requestId: string, { ticketNumber, totalBytes, files, isWaiting }: Sending): Card {
  const known = [...files.values()];
  const sum = (of: (file: FileProgress) => number) => known.reduce((total, file) => total + of(file), 0);
  return {
    kind: "sending",
    requestId,
    ticketNumber,
    sentBytes: sum(({ sentBytes }) => sentBytes),
    totalBytes: totalBytes ?? sum(({ sizeBytes }) => sizeBytes),
    waitingFor: isWaiting ? "network" : known.at(-1)?.waitingFor,
  };
}
