/**
 * The life of a request, as data, with one door: `transition`. Nothing else decides a state, and what writes one does so
 * with compare-and-swap on the request's version (SQL that writes `state` takes its guard from `statesThatAllow`).
 *
 *   requested   saved and answered 202; a push may be on its way. Leaves by pushAccepted, or as notified does
 *   notified    the hub took a push. Not a word about the device: that is `seen`
 *   seen        the device says that the prompt was shown
 *   consented   the user shared; the links are out. Leaves by complete, uploadDeadline, cancel, withdraw
 *   uploaded    every consented file is accounted for, at least one arrived; verify settles them. Leaves by settled, withdraw
 *   linked      at least one file holds and is on the ticket. May still be withdrawn
 *   rejected    nothing was named, nothing arrived, or nothing held (`rejectReason` says which)
 *   declined, expired, cancelled, withdrawn   ends
 *
 * Replays, duplicates and late arrivals change nothing: a command that a state neither takes nor refuses is ignored.
 */
import { REQUEST_STATES, type RejectReason, type RequestState } from "./vocabulary.ts";

/** What can happen to a request, with what the decision needs to know. */
export type Command =
  | { readonly type: "pushAccepted" }
  | { readonly type: "seen" }
  | { readonly type: "share"; readonly files: number }
  | { readonly type: "decline" }
  | { readonly type: "cancel" }
  | { readonly type: "answerDeadline" }
  /** `open` files have no outcome yet; `uploaded` files are said to be there. */
  | { readonly type: "complete"; readonly open: number; readonly uploaded: number }
  /** `uploaded` is what was found in the store, after looking. */
  | { readonly type: "uploadDeadline"; readonly uploaded: number }
  /** `open` files are not settled yet; `linked` files hold. */
  | { readonly type: "settled"; readonly open: number; readonly linked: number }
  | { readonly type: "withdraw" };

export type CommandType = Command["type"];

/** What must be true of the command for a rule to apply. Names, so that the table stays data. */
const CONDITIONS = {
  namesFiles: (command: Command) => command.type === "share" && command.files > 0,
  namesNoFile: (command: Command) => command.type === "share" && command.files === 0,
  allAccountedSomeUploaded: (command: Command) =>
    command.type === "complete" && command.open === 0 && command.uploaded > 0,
  allAccountedNoneUploaded: (command: Command) =>
    command.type === "complete" && command.open === 0 && command.uploaded === 0,
  someArrived: (command: Command) => command.type === "uploadDeadline" && command.uploaded > 0,
  noneArrived: (command: Command) => command.type === "uploadDeadline" && command.uploaded === 0,
  allSettledSomeHold: (command: Command) => command.type === "settled" && command.open === 0 && command.linked > 0,
  allSettledNoneHold: (command: Command) => command.type === "settled" && command.open === 0 && command.linked === 0,
} as const;

export type Condition = keyof typeof CONDITIONS;

export interface Rule {
  readonly from: readonly RequestState[];
  readonly on: CommandType;
  readonly when?: Condition;
  readonly to: RequestState;
  readonly reason?: RejectReason;
}

const OPEN = ["requested", "notified", "seen"] as const;

/** Design, section 3. Read a row as: from one of these, on this command, when this holds, to that state. */
export const RULES: readonly Rule[] = [
  { from: ["requested"], on: "pushAccepted", to: "notified" },
  { from: ["requested", "notified"], on: "seen", to: "seen" },
  { from: OPEN, on: "share", when: "namesFiles", to: "consented" },
  { from: OPEN, on: "share", when: "namesNoFile", to: "rejected", reason: "no_files" },
  { from: OPEN, on: "decline", to: "declined" },
  { from: OPEN, on: "cancel", to: "cancelled" },
  { from: OPEN, on: "answerDeadline", to: "expired" },
  { from: ["consented"], on: "complete", when: "allAccountedSomeUploaded", to: "uploaded" },
  { from: ["consented"], on: "complete", when: "allAccountedNoneUploaded", to: "rejected", reason: "upload_abandoned" },
  { from: ["consented"], on: "uploadDeadline", when: "someArrived", to: "uploaded" },
  { from: ["consented"], on: "uploadDeadline", when: "noneArrived", to: "rejected", reason: "upload_abandoned" },
  { from: ["consented"], on: "cancel", to: "cancelled" },
  { from: ["consented", "uploaded", "linked"], on: "withdraw", to: "withdrawn" },
  { from: ["uploaded"], on: "settled", when: "allSettledSomeHold", to: "linked" },
  { from: ["uploaded"], on: "settled", when: "allSettledNoneHold", to: "rejected", reason: "none_held" },
];

/** Why a command that a person sent is refused. Problem codes of `problems.ts`. */
export type LifecycleProblem =
  | "already_answered"
  | "request_closed"
  | "not_consented"
  | "cannot_cancel"
  | "nothing_to_withdraw";

export interface Refusal {
  readonly from: readonly RequestState[];
  readonly on: CommandType;
  readonly problem: LifecycleProblem;
}

/** What is refused aloud, because a person waits for the answer. The rest of what does not apply is ignored. */
export const REFUSALS: readonly Refusal[] = [
  { from: ["expired", "cancelled"], on: "share", problem: "request_closed" },
  { from: ["expired", "cancelled"], on: "decline", problem: "request_closed" },
  {
    from: ["consented", "uploaded", "linked", "rejected", "declined", "withdrawn"],
    on: "share",
    problem: "already_answered",
  },
  {
    from: ["consented", "uploaded", "linked", "rejected", "declined", "withdrawn"],
    on: "decline",
    problem: "already_answered",
  },
  {
    from: ["uploaded", "linked", "rejected", "declined", "expired", "withdrawn"],
    on: "cancel",
    problem: "cannot_cancel",
  },
  { from: ["requested", "notified", "seen", "declined"], on: "complete", problem: "not_consented" },
  { from: ["requested", "notified", "seen", "declined"], on: "withdraw", problem: "nothing_to_withdraw" },
  { from: ["rejected", "expired", "cancelled"], on: "withdraw", problem: "nothing_to_withdraw" },
];

export type Verdict =
  | { readonly ok: true; readonly changed: true; readonly state: RequestState; readonly rejectReason?: RejectReason }
  | { readonly ok: true; readonly changed: false; readonly state: RequestState }
  | { readonly ok: false; readonly problem: LifecycleProblem };

/** Whether a condition of the table holds for a command. */
export function commandHolds(condition: Condition, command: Command): boolean {
  return CONDITIONS[condition](command);
}

/**
 * Decides what a command does to a request in a state. Total: every pair has an answer, and asking again after a change
 * gives no second change.
 */
export function transition(request: { readonly state: RequestState }, command: Command): Verdict {
  const rule = RULES.find(
    ({ from, on, when }) =>
      on === command.type && from.includes(request.state) && (when === undefined || commandHolds(when, command)),
  );
  if (rule) {
    const { to: state, reason } = rule;
    return { ok: true, changed: true, state, ...(reason ? { rejectReason: reason } : {}) };
  }
  const refusal = REFUSALS.find(({ from, on }) => on === command.type && from.includes(request.state));
  if (refusal) return { ok: false, problem: refusal.problem };
  return { ok: true, changed: false, state: request.state };
}

/** The states from which a command leads to `to`: the guard that a hand-written statement must carry. */
export function statesThatAllow(command: CommandType, to: RequestState): RequestState[] {
  const states = RULES.filter((rule) => rule.on === command && rule.to === to).flatMap((rule) => rule.from);
  return REQUEST_STATES.filter((state) => states.includes(state));
}
