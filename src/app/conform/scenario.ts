import type { ProblemCode } from "#domain/problems.ts";
import type { RequestState } from "#domain/vocabulary.ts";
import type { PushServiceWord } from "#ports/push-gateway.ts";
import type { DeviceCall } from "./device-routes.ts";
import type { RuleName } from "./rules.ts";

/** What the person at the device does in a step. A UI test can do it in their place. */
export const DEEDS = {
  start: "Start the app, signed in.",
  foreground: "Send the app to the background, and bring it back.",
  open: "Open the prompt. Do not answer yet.",
  share: "Share: all files, or those that you tick.",
  decline: "Decline.",
  later: "Choose to be asked later.",
  kill: "End the app now, and start it again.",
  takeBack: "Take the consent back.",
  changeUser: "Sign out, and sign in as another person.",
  changeBack: "Sign out, and sign in as the first person again.",
  testPush: "Let the app test its pushes.",
  look: "Look at the device, and answer.",
} as const;
export type Deed = keyof typeof DEEDS;

/** What the server does on purpose before a step begins. */
export type Trouble =
  /** The next call of this kind is refused. `times` is 1 unless told. */
  | {
      readonly refuse: DeviceCall;
      readonly as: ProblemCode;
      readonly retryAfterSeconds?: number;
      readonly times?: number;
    }
  /** The next call of this kind has its effect, and its answer never arrives. */
  | { readonly loseAnswerOf: DeviceCall }
  /** Links that were given out so far answer 403. */
  | { readonly links: "expire" }
  /**
   * The next upload: is refused as busy; is stored without an answer; is stored and answered as one that is there already, as an
   * app sees it whose HTTP stack repeated a PUT by itself; stays without an answer until `release`.
   */
  | { readonly upload: "busy"; readonly retryAfterSeconds: number }
  | { readonly upload: "storeAndRefuse"; readonly as: 403 | 409 }
  | { readonly upload: "storeSilently" | "hold" | "release" }
  /**
   * Where links take blocks: the connection ends in the middle of the first block that is not a file's first; the next block stays
   * without an answer until `release`.
   */
  | { readonly block: "cut" | "hold" }
  /** The consent is answered without links, which come later. */
  | { readonly storeAway: boolean }
  /** The request ends, by its agent, its deadline or an answer on another device. */
  | { readonly request: Extract<RequestState, "cancelled" | "expired" | "declined"> }
  /** What the push service says to test pushes from now on. */
  | { readonly pushService: PushServiceWord }
  /** The time that the person put it off to has come. */
  | { readonly snooze: "over" };

/** A moment that rules look for: by a step's deed, or by a trouble. */
export type Note = "told to answer" | "restarted" | "first person back" | "snooze over";

/** What ends a step. */
export type Awaited =
  /** The list of requests was fetched to its end since the step began, as an app does at every start and return. */
  | "fetched"
  /** Fetched by somebody who is not the first person. */
  | "fetchedByOther"
  | "seen"
  | "shared"
  | "declined"
  | "snoozed"
  | "withdrawn"
  /** An answer was refused. */
  | "answerRefused"
  | "uploadBegun"
  /** The connection ended in the middle of a block. */
  | "blockCut"
  /** A block is on its way, and will not be answered. */
  | "blockHeld"
  /** Every consented file is stored. */
  | "stored"
  /** Every consented file has its outcome. */
  | "told"
  | "testPushAsked"
  /** The app was told that there is nothing more to upload. */
  | "toldOver"
  /** The person says yes or no, and that decides the rule. */
  | { readonly ask: string; readonly rule: RuleName };

export interface Step {
  /** What happens, in the app's present tense. */
  readonly title: string;
  readonly deed?: Deed;
  /** A push that may be injected by hand; the app must not need it. */
  readonly push?: "ask" | "closed" | "test";
  readonly before?: readonly Trouble[];
  readonly awaits: Awaited;
  /** What the app has to have, or the step shows nothing. */
  readonly needs?: string;
  /**
   * An app may leave this out. Where it does, the scenario is not tried: neither passed nor failed. `why` is how the result puts
   * that. `when`: what the app does instead; without it, the step was left out if the scenario is ended here.
   */
  readonly optional?: { readonly why: string; readonly when?: Awaited };
}

/** A journey with its trouble, as data: what the server does, what it waits for, and what must be true of the app. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Server's clock minus device's clock, in milliseconds. */
  readonly clockOffsetMs?: number;
  /** The list is answered in two pages, the first of which is empty. */
  readonly pages?: true;
  /** Answers carry members, and the list a request, that this version of the app cannot know. */
  readonly fromTheFuture?: true;
  /** Files over this many bytes get links that take blocks. */
  readonly blocksOverBytes?: number;
  readonly steps: readonly Step[];
  /** Each must come to be kept; those of `EVERYWHERE` must not be broken in any scenario. */
  readonly rules: readonly RuleName[];
}
