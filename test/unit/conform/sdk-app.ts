import { randomUUID } from "node:crypto";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RuleName } from "#app/conform/rules.ts";
import type { Deed, Scenario, Step } from "#app/conform/scenario.ts";
import { type ConformListener, startConform } from "#app/conform/start-conform.ts";
import type { ScenarioResult } from "#app/conform/play-scenario.ts";
import {
  type Beckon,
  createBeckon,
  type Fetch,
  memoryStorage,
  type SdkClock,
  type UploadBlocks,
} from "#sdk/create-beckon.ts";
import { type PushLink, testPush } from "#sdk/test-push.ts";
import { uploadBlocks } from "#sdk/upload-blocks.ts";
import { nodeFileCollector } from "#sdk/node-file-collector.ts";
import { quickClock } from "#test/unit/sdk/journey.ts";

/** One HTTP call of the app, before it goes out. */
export interface WireCall {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  /** Of a call to the API. */
  readonly json: Record<string, unknown> | undefined;
  /** Of an upload. */
  readonly bytes: Buffer | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
}

export type Send = (changed?: Partial<WireCall>) => Promise<WireAnswer>;

/** A way in which an app is broken. */
export interface Flaw {
  /** Between the SDK and the network. */
  readonly wire?: (call: WireCall, send: Send, app: SdkApp) => Promise<WireAnswer>;
  /** In place of what a sound app does when the person does this. */
  readonly deeds?: Partial<Record<Deed, (app: SdkApp, sound: () => Promise<unknown>) => Promise<unknown>>>;
  /** What the person sees, where it is not what the SDK says. */
  readonly person?: Partial<Record<RuleName, boolean>>;
  readonly clock?: Partial<SdkClock>;
  /** What the app shows of what it found; all of it unless given. */
  readonly tells?: (links: readonly PushLink[]) => readonly PushLink[];
  /** Has no test of pushes. */
  readonly hasNoPushTest?: true;
  /** Sends large files in its own way; "whole": never in blocks. */
  readonly uploadBlocks?: UploadBlocks | "whole";
}

export interface SdkApp {
  readonly beckon: () => Beckon;
  readonly requestId: () => string;
  /** A call of the API past the SDK, with the token of whoever is signed in. */
  post(verb: string, body?: unknown): Promise<WireAnswer>;
  readonly installationId: string;
  /** Who. */
  readonly signedIn: () => string;
  /** The app loses all that it remembers. */
  forget(): void;
}

/** Of one line each: a log of some more than the 4 MiB that two of the SDK's blocks hold. */
const LINES_OF_THREE_BLOCKS = 120_000;

/** An answer that never came from the server. */
export function answer(status: number, body: unknown = {}): WireAnswer {
  return { status, headers: { get: () => null }, text: JSON.stringify(body) };
}

/**
 * Plays scenarios with an app on our own SDK, sound or flawed, and a person who does as they are told. Where the app comes to
 * rest and a step is not reached, the scenario is ended.
 */
export async function conformWithSdk(
  scenarios: readonly Scenario[],
  flaw: Flaw = {},
): Promise<{ readonly results: readonly ScenarioResult[]; readonly broken: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "beckon-conform-"));
  const log = join(folder, "app.log");
  await writeFile(join(folder, "app.log.1"), "2026-11-22T09:00:00Z before\n");
  const clock = quickClock();
  const beganAt = Date.now();
  const prompts = new Set<string>();
  let storage = memoryStorage();
  const broken: string[] = [];
  const installationId = randomUUID();
  let userId = "ann";
  let beckon: Beckon | undefined;
  let latest = "";
  let scenario: Scenario | undefined;
  const shownTests = new Set<string>();
  let links: readonly PushLink[] = [];
  let busy = 0;
  let stepNumber = 0;
  let before: Step | undefined;
  let work: Promise<unknown> = Promise.resolve();
  const ready = Promise.withResolvers<Awaited<ReturnType<typeof startConform>>>();

  async function counted<Result>(doing: () => Promise<Result>): Promise<Result> {
    busy++;
    try {
      return await doing();
    } finally {
      busy--;
    }
  }

  async function over(method: string, url: string, headers: Record<string, string>, body: string | Buffer | undefined) {
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  const wiredFetch: Fetch = (url, init = {}) =>
    counted(async () => {
      const { pathname, search } = new URL(url);
      const raw =
        init.body === undefined ? undefined : Buffer.from(await new Response(init.body as string).arrayBuffer());
      const isUpload = pathname.startsWith("/blobs/");
      const call: WireCall = {
        method: init.method ?? "GET",
        url,
        path: pathname + (isUpload ? "" : search),
        headers: { ...init.headers },
        json: isUpload || raw === undefined ? undefined : (JSON.parse(raw.toString()) as Record<string, unknown>),
        bytes: isUpload ? (raw ?? Buffer.alloc(0)) : undefined,
      };
      const send: Send = async (changed = {}) => {
        const sent = { ...call, ...changed };
        const { "Content-Length": _computed, ...headers } = sent.headers;
        init.signal?.throwIfAborted();
        return over(sent.method, sent.url, headers, sent.bytes ?? (sent.json && JSON.stringify(sent.json)));
      };
      const stopped = Promise.withResolvers<never>();
      init.signal?.addEventListener("abort", () => stopped.reject(init.signal?.reason));
      stopped.promise.catch(() => {});
      const answered = await Promise.race([flaw.wire ? flaw.wire(call, send, app) : send(), stopped.promise]);
      return { status: answered.status, headers: answered.headers, text: async () => answered.text };
    });

  const app: SdkApp = {
    beckon: () => beckon ?? start(),
    requestId: () => latest,
    installationId,
    signedIn: () => userId,
    forget: () => void (storage = memoryStorage()),
    async post(verb, body = {}) {
      const { url } = await ready.promise;
      const headers = { Authorization: `Bearer ${userId}`, "Content-Type": "application/json" };
      return counted(() => over("POST", `${url}/v1/log-requests/${latest}:${verb}`, headers, JSON.stringify(body)));
    },
  };
  let url = "";

  function start(): Beckon {
    beckon = createBeckon({
      baseUrl: url,
      getToken: () => userId,
      installationId,
      collectors: [nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log(\.\d+)?$/ })],
      storage,
      locale: "en",
      ...(flaw.uploadBlocks === "whole" ? {} : { uploadBlocks: flaw.uploadBlocks ?? uploadBlocks }),
      fetch: wiredFetch,
      clock: { ...clock, sleep: (ms, signal) => counted(() => clock.sleep(ms, signal)), ...flaw.clock },
      onPrompt({ id }) {
        latest = id;
        prompts.add(id);
      },
      onPromptClosed: ({ requestId }) => void prompts.delete(requestId),
      onTestPush: (testId) => shownTests.add(testId).has(testId),
    });
    return beckon;
  }

  /** What a developer does by hand where the step says so. */
  async function injectTestPush(): Promise<void> {
    const { push } = (await (await fetch(`${url}/conform/now`)).json()) as { push?: string };
    if (push !== "test") return;
    const sent = (await (await fetch(`${url}/conform/push?platform=fcmv1`)).json()) as { message: { data: object } };
    await app.beckon().handle(sent.message.data);
  }

  /** What the person sees. */
  function see(rule: RuleName): boolean {
    if (rule === "prompt-gone") return prompts.size === 0;
    const trouble = links.find(({ state }) => state === "broken");
    if (rule === "shows-test-push")
      return shownTests.size === 1 && links.some(({ link, state }) => link === "display" && state === "ok");
    if (rule === "names-broken-link")
      return (
        trouble?.reason === (links.some(({ reason }) => reason === "token_taken") ? "not_arrived" : "channel_invalid")
      );
    return prompts.size === 1;
  }

  async function fetchAll(): Promise<void> {
    await app.beckon().sync();
    if (latest !== "") await app.beckon().upload(latest);
  }

  async function signIn(who: string): Promise<void> {
    await app.beckon().unregister();
    beckon?.stop();
    userId = who;
    start();
    await app.beckon().register({ platform: "fcmv1", pushChannel: "token" });
    await app.beckon().sync();
  }

  const sound: Record<Deed, () => Promise<unknown>> = {
    async start() {
      latest = "";
      const times = scenario?.blocksOverBytes === undefined ? 1 : LINES_OF_THREE_BLOCKS;
      await writeFile(log, "2026-11-22T09:30:00Z the call dropped\n".repeat(times));
      if (!beckon) await app.beckon().register({ platform: "fcmv1", pushChannel: "token" });
      await fetchAll();
    },
    foreground: fetchAll,
    open: async () => prompts.has(latest) && app.beckon().review(latest),
    share: () => app.beckon().share(latest),
    decline: () => app.beckon().decline(latest),
    later: () => app.beckon().snooze(latest, new Date(clock.now() + 600_000)),
    async kill() {
      beckon?.stop();
      await appendFile(log, "written after the prompt\n");
      start();
      await fetchAll();
    },
    takeBack: () => app.beckon().withdraw(latest),
    changeUser: () => signIn(userId === "ann" ? "bob" : "ann"),
    async changeBack() {
      await signIn(userId === "ann" ? "bob" : "ann");
      // To its end: between two calls files are read, and nobody could see that something is under way.
      await app.beckon().upload(latest);
    },
    async testPush() {
      if (flaw.hasNoPushTest) return;
      const tested = await testPush({
        baseUrl: url,
        getToken: () => userId,
        installationId,
        storage,
        fetch: async (...given) => {
          const answered = await wiredFetch(...given);
          await injectTestPush();
          return answered;
        },
        clock: { ...clock, sleep: (ms, signal) => counted(() => clock.sleep(ms, signal)) },
        notificationState: () => "granted",
      });
      links = (flaw.tells ?? ((all) => all))(tested);
    },
    look: () => Promise.resolve(),
  };

  /** The app has no call and no wait under way. */
  async function quiet(): Promise<void> {
    for (let turns = 0; turns < 5; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (busy > 0) turns = 0;
    }
  }

  async function act(step: Step, number: number): Promise<void> {
    const conform = await ready.promise;
    const { deed } = step;
    // A person acts on what is on the screen; only while an upload is held do they act in the middle of something.
    const inTheMiddle = before?.awaits === "uploadBegun" || before?.awaits === "blockHeld";
    before = step;
    if (!inTheMiddle) {
      await work;
      await quiet();
    }
    if (deed && deed !== "look")
      work = (flaw.deeds?.[deed] ?? ((_app, plain) => plain()))(app, sound[deed]).catch(() => {});
    await work;
    await quiet();
    if (number !== stepNumber) return;
    if (typeof step.awaits === "object") {
      const { rule } = step.awaits;
      conform.answer(flaw.person?.[rule] ?? see(rule));
    } else conform.skip();
  }

  const listener: ConformListener = {
    onScenario(begun) {
      scenario = begun;
      prompts.clear();
    },
    onStep: (step) => void act(step, ++stepNumber),
    onStepDone: () => {},
    onBroken: (rule) => broken.push(rule),
    onResult: () => stepNumber++,
  };
  const conform = await startConform({
    scenarios,
    host: "127.0.0.1",
    port: 0,
    stepTimeoutSeconds: 0,
    listener,
    clock: { now: () => Date.now(), steadyMs: () => clock.now() - beganAt },
    onReady: (address) => (url = address),
    onError: (error) => ready.reject(error),
  });
  ready.resolve(conform);
  try {
    return { results: await conform.results, broken };
  } finally {
    beckon?.stop();
    await conform.close();
    await rm(folder, { recursive: true, force: true });
  }
}
