import {
  type AnswerResult,
  type Beckon,
  type BeckonPush,
  type BeckonStorage,
  type Collector,
  createBeckon,
  type DeviceLogRequest,
  type FileProgress,
  type Hasher,
  type RequestState,
  type Review,
  type ReviewFile,
} from "#sdk/create-beckon.ts";
import { followEventStream } from "./read-event-stream.ts";

/** What the person who holds the phone does with the prompt. */
export type PhoneAnswer =
  | { readonly kind: "share"; readonly files?: readonly ReviewFile[] }
  | { readonly kind: "decline" }
  | { readonly kind: "later"; readonly until: Date };

/** What happens on the phone, for whoever watches it. */
export type PhoneEvent =
  | { readonly kind: "pushed"; readonly push: BeckonPush }
  | { readonly kind: "prompted"; readonly request: DeviceLogRequest }
  | ({ readonly kind: "progress" } & FileProgress)
  | { readonly kind: "answered"; readonly answer: PhoneAnswer["kind"]; readonly result: AnswerResult }
  | { readonly kind: "putOff"; readonly requestId: string; readonly until: Date }
  | { readonly kind: "closed"; readonly requestId: string; readonly state: RequestState | undefined }
  | { readonly kind: "trouble"; readonly error: unknown; readonly requestId?: string };

export interface PhoneOptions {
  readonly baseUrl: string;
  /** The emulator's inbox, where an emulated phone gets its pushes: `http://127.0.0.1:PORT/$emulator/inbox`. */
  readonly inboxUrl: string;
  readonly installationId: string;
  /** What FCM would have given to the app. */
  readonly pushToken: string;
  readonly getToken: () => Promise<string>;
  readonly collectors: readonly Collector[];
  readonly storage: BeckonStorage;
  readonly createHasher?: () => Hasher;
  readonly locale: string;
  readonly model: string;
  readonly appVersion: string;
  /** Shows the prompt and waits for the person. `signal` aborts when the prompt came down. */
  readonly ask: (review: Review, signal: AbortSignal) => Promise<PhoneAnswer>;
  readonly onEvent: (event: PhoneEvent) => void;
}

export interface Phone {
  readonly beckon: Beckon;
  stop(): void;
}

/**
 * Turns an Android phone on: follows its inbox as FCM would call the app, registers, and asks the API for what came while
 * it was off. From then on each request raises its prompt, one after the other.
 *
 * @throws BeckonError when it cannot register
 */
export async function startPhone(options: PhoneOptions): Promise<Phone> {
  const { ask } = options;
  const stopping = new AbortController();
  // What breaks because the phone was turned off is no news.
  const onEvent = (event: PhoneEvent) => {
    if (!stopping.signal.aborted) options.onEvent(event);
  };
  /** Prompts that are up, by request. */
  const shown = new Map<string, AbortController>();
  let screen: Promise<void> = Promise.resolve();

  const beckon = createBeckon({
    baseUrl: options.baseUrl,
    getToken: () => options.getToken(),
    installationId: options.installationId,
    collectors: options.collectors,
    storage: options.storage,
    locale: options.locale,
    ...(options.createHasher && { createHasher: options.createHasher }),
    onPrompt: (request) => {
      const closing = new AbortController();
      shown.set(request.id, closing);
      // One screen: the next prompt waits until this one is answered or gone.
      screen = screen.then(() => prompt(request, closing.signal));
    },
    onPromptClosed: ({ requestId, state }) => {
      shown.get(requestId)?.abort();
      shown.delete(requestId);
      onEvent({ kind: "closed", requestId, state });
    },
    onProgress: (progress) => onEvent({ kind: "progress", ...progress }),
    onError: (error) => onEvent({ kind: "trouble", error }),
  });

  async function prompt(request: DeviceLogRequest, signal: AbortSignal): Promise<void> {
    const requestId = request.id;
    if (signal.aborted || stopping.signal.aborted) return;
    try {
      onEvent({ kind: "prompted", request });
      const answer = await ask(await beckon.review(requestId), AbortSignal.any([signal, stopping.signal]));
      switch (answer.kind) {
        case "share": {
          const result = await beckon.share(requestId, answer.files ? { files: answer.files } : {});
          onEvent({ kind: "answered", answer: "share", result });
          break;
        }
        case "decline":
          onEvent({ kind: "answered", answer: "decline", result: await beckon.decline(requestId) });
          break;
        case "later":
          await beckon.snooze(requestId, answer.until);
          onEvent({ kind: "putOff", requestId, until: answer.until });
          break;
      }
    } catch (error) {
      // The prompt came down under the person's finger: the event `closed` has said so.
      if (!signal.aborted && !stopping.signal.aborted) onEvent({ kind: "trouble", error, requestId });
    }
  }

  const following = follow(options, stopping.signal, (payload) => {
    // An app that also gets ACS call pushes would hand those on where this is undefined.
    const push = beckon.parsePush(payload);
    if (!push) return;
    onEvent({ kind: "pushed", push });
    beckon.handle(push).catch((error: unknown) => onEvent({ kind: "trouble", error }));
  });
  try {
    await following.ready;
    await beckon.register({
      platform: "fcmv1",
      pushChannel: options.pushToken,
      appVersion: options.appVersion,
      model: options.model,
      osVersion: "Android 16",
      notificationsAllowed: true,
    });
    await beckon.sync();
  } catch (error) {
    stopping.abort();
    throw error;
  }
  return {
    beckon,
    stop() {
      stopping.abort();
      beckon.stop();
    },
  };
}

/** Calls `onPayload` with what FCM hands to an app: the message's own data, not the envelope in which the hub took it. */
function follow(
  { inboxUrl, pushToken }: PhoneOptions,
  signal: AbortSignal,
  onPayload: (payload: unknown) => void,
): { ready: Promise<void> } {
  const url = `${inboxUrl}/stream?handle=${encodeURIComponent(pushToken)}`;
  const ready = new Promise<void>((resolve) => {
    void followEventStream({
      open: (headers) => fetch(url, { headers, signal }),
      onOpen: resolve,
      signal,
      onEvent: (data) => {
        const { body } = JSON.parse(data) as { body: string };
        const { message } = JSON.parse(body) as { message?: { data?: unknown } };
        onPayload(message?.data);
      },
    });
  });
  return { ready };
}
