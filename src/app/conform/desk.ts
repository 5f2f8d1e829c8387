import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { newConsent, newInstallation } from "#contract/devices.ts";
import type { LogFile } from "#domain/log-file.ts";
import { type Command, transition } from "#domain/lifecycle.ts";
import { Problem } from "#domain/problems.ts";
import type { Moment, Platform, RejectReason, RequestState } from "#domain/vocabulary.ts";
import type { PushServiceWord } from "#ports/push-gateway.ts";
import type { DeviceCall } from "./device-routes.ts";
import { createJournal, type Journal } from "./journal.ts";
import type { Scenario, Trouble } from "./scenario.ts";

/** A file that a consent names, and what became of its bytes here. */
export type DeskFile = Pick<
  LogFile,
  "id" | "collector" | "name" | "sizeBytes" | "sha256" | "state" | "reason" | "deleteAfter" | "uploadedAt"
> & {
  readonly blob?: { readonly sizeBytes: number; readonly sha256: string };
  /** Blocks that make no blob yet, by their ids. */
  readonly blocks?: ReadonlyMap<string, Buffer>;
};

export interface RecordedConsent {
  readonly given: z.output<typeof newConsent>;
  readonly decidedAt: Moment;
  readonly withdrawnAt?: Moment;
}

/** The request that a scenario is about. */
export interface DeskRequest {
  readonly id: string;
  /** Whose it is: the first person who fetches anything in the scenario. */
  userId: string | undefined;
  state: RequestState;
  rejectReason?: RejectReason;
  readonly collectors: readonly string[];
  readonly createdAt: Moment;
  readonly answerBy: Moment;
  uploadBy?: Moment;
  snoozedUntil?: Moment;
  consent?: RecordedConsent;
  files: DeskFile[];
}

export type DeskInstallation = z.output<typeof newInstallation> & {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Moment;
};

/** A call that will be refused, as often as `times` says. */
type Refusal = Extract<Trouble, { refuse: DeviceCall }>;

/** What the server holds: one request a scenario, the installations, and the troubles that wait for their call. */
export interface Desk {
  readonly requests: Map<string, DeskRequest>;
  readonly installations: Map<string, DeskInstallation>;
  /** Since the command began: an app registers once. */
  readonly registered: Set<string>;
  readonly journal: Journal;
  readonly request: DeskRequest;
  readonly scenario: Scenario;
  /** A request that this version of the app cannot know; in scenarios from the future. */
  readonly strangerId: string;
  /** `http://HOST:PORT` by which the device reached the server last. */
  address: string;
  /** Counts up when links expire. */
  linkAge: number;
  storeAway: boolean;
  nextUpload: Extract<Trouble, { upload: unknown }> | undefined;
  /** What becomes of the next block: see the trouble of this name. */
  nextBlock: Extract<Trouble, { block: unknown }>["block"] | undefined;
  /** Lets held uploads go on. */
  readonly held: Set<() => void>;
  /** What the push service says to the next test pushes. */
  pushService: PushServiceWord;
  /** Of the last test push that was asked for in this scenario. */
  testId: string | undefined;
  /** By the server's clock, which the scenario may have set wrong for the device. */
  now(): Moment;
  /** Begins a scenario: a new request, an empty journal, no trouble. */
  open(scenario: Scenario): void;
  apply(trouble: Trouble): void;
  /** @throws Problem when the script refuses this call */
  meet(call: DeviceCall): void;
  /** Whether the answer to this call is to be lost. */
  losesAnswer(call: DeviceCall): boolean;
  /** Which platform the app said that it is. */
  platform(): Platform | undefined;
}

const ANSWER_MS = 60 * 60 * 1000;

/**
 * How long a snooze has been over when the app hears of it. The Date header counts whole seconds, so an app that goes by it, as
 * it should, may believe that it is up to a second earlier: with a moment ago it would rightly stay quiet.
 */
const SNOOZE_OVER_MS = 2000;

/**
 * @param collectors what to ask for; what the installation says it has, else `app`, unless given
 * @param clock `now` is the time of day, `steadyMs` only ever goes on
 */
export function createDesk({
  collectors,
  clock,
}: {
  readonly collectors: readonly string[] | undefined;
  readonly clock: { readonly now: () => Moment; readonly steadyMs: () => number };
}): Desk {
  const requests = new Map<string, DeskRequest>();
  const installations = new Map<string, DeskInstallation>();
  let refusals: { readonly refusal: Refusal; left: number }[] = [];
  let losses: DeviceCall[] = [];
  let current: { scenario: Scenario; request: DeskRequest; journal: Journal; strangerId: string } | undefined;

  const opened = () => {
    if (!current) throw new Error("No scenario is open yet.");
    return current;
  };
  const asked = (): readonly string[] => {
    const offered = [...installations.values()].flatMap((one) => one.collectors.map(({ name }) => name));
    return collectors ?? (offered.length > 0 ? [...new Set(offered)].slice(0, 20) : ["app"]);
  };

  const desk: Desk = {
    requests,
    installations,
    registered: new Set(),
    get journal() {
      return opened().journal;
    },
    get request() {
      return opened().request;
    },
    get scenario() {
      return opened().scenario;
    },
    get strangerId() {
      return opened().strangerId;
    },
    address: "http://127.0.0.1",
    linkAge: 0,
    storeAway: false,
    nextUpload: undefined,
    nextBlock: undefined,
    held: new Set(),
    pushService: "accepted",
    testId: undefined,
    now: () => clock.now() + (current?.scenario.clockOffsetMs ?? 0),

    open(scenario) {
      // What the scenario before left open is cancelled, so that the app has nothing more to do for it.
      if (current) change(current.request, { type: "cancel" });
      refusals = [];
      losses = [];
      for (const release of desk.held) release();
      Object.assign(desk, {
        storeAway: false,
        nextUpload: undefined,
        nextBlock: undefined,
        pushService: "accepted",
        testId: undefined,
      });
      const at = clock.now() + (scenario.clockOffsetMs ?? 0);
      const request: DeskRequest = {
        id: randomUUID(),
        userId: undefined,
        state: "notified",
        collectors: asked(),
        createdAt: at,
        answerBy: at + ANSWER_MS,
        files: [],
      };
      requests.set(request.id, request);
      current = { scenario, request, journal: createJournal(clock.steadyMs), strangerId: randomUUID() };
    },

    apply(trouble) {
      const { request } = opened();
      if ("refuse" in trouble) refusals.push({ refusal: trouble, left: trouble.times ?? 1 });
      else if ("loseAnswerOf" in trouble) losses.push(trouble.loseAnswerOf);
      else if ("links" in trouble) desk.linkAge++;
      else if ("block" in trouble) desk.nextBlock = trouble.block;
      else if ("pushService" in trouble) desk.pushService = trouble.pushService;
      else if ("storeAway" in trouble) desk.storeAway = trouble.storeAway;
      else if ("request" in trouble) request.state = trouble.request;
      else if ("snooze" in trouble) {
        request.snoozedUntil = desk.now() - SNOOZE_OVER_MS;
        opened().journal.add({ kind: "note", note: "snooze over" });
      } else if (trouble.upload === "release") for (const release of desk.held) release();
      else desk.nextUpload = trouble;
    },

    meet(call) {
      const met = refusals.find(({ refusal }) => refusal.refuse === call);
      if (!met) return;
      met.left--;
      if (met.left === 0) refusals.splice(refusals.indexOf(met), 1);
      const { as, retryAfterSeconds } = met.refusal;
      throw new Problem(as, {
        detail: "The scenario refuses this call on purpose.",
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      });
    },

    losesAnswer(call) {
      const at = losses.indexOf(call);
      if (at >= 0) losses.splice(at, 1);
      return at >= 0;
    },

    platform: () => [...installations.values()].at(-1)?.platform,
  };
  return desk;
}

/** Moves a request by the product's own table of transitions. @throws Problem as the API does */
export function move(request: DeskRequest, command: Command): void {
  const verdict = transition(request, command);
  if (!verdict.ok)
    throw new Problem(verdict.problem, {
      detail: `The request is ${request.state}.`,
      extra: { state: request.state },
    });
  if (!verdict.changed) return;
  request.state = verdict.state;
  if (verdict.rejectReason) request.rejectReason = verdict.rejectReason;
}

function change(request: DeskRequest, command: Command): void {
  const verdict = transition(request, command);
  if (verdict.ok) request.state = verdict.state;
}
