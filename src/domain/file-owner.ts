/**
 * What verify, upload, take-back and deadlines need of whatever a file came with. A request and a report differ in how they begin;
 * from the upload on they are one road, and these functions are where the two are told apart.
 */
import { applyVerdict } from "./apply-verdict.ts";
import { reportFact, requestFact, type Fact, type FactType } from "./facts.ts";
import { transition, type LifecycleProblem } from "./lifecycle.ts";
import type { LogRequest } from "./log-request.ts";
import { transitionReport, type ReportCommand } from "./report-lifecycle.ts";
import type { Report } from "./report.ts";
import {
  isEnded,
  type FileOwnerKind,
  type Moment,
  type RejectReason,
  type ReportState,
  type RequestState,
} from "./vocabulary.ts";

/** Whose files they are. */
export type FileOwner = LogRequest | Report;

/** Names an owner before it is read. */
export interface OwnerRef {
  readonly kind: FileOwnerKind;
  readonly id: string;
}

export type OwnerVerdict =
  | {
      readonly ok: true;
      readonly changed: boolean;
      readonly state: RequestState | ReportState;
      readonly rejectReason?: RejectReason;
    }
  | { readonly ok: false; readonly problem: LifecycleProblem };

export function isReport(owner: FileOwner): owner is Report {
  return "origin" in owner;
}

/** Whether files of it may still be uploaded, as far as its state says. */
export function awaitsFiles(owner: FileOwner): boolean {
  return owner.state === (isReport(owner) ? "open" : "consented");
}

/** Whether nothing more will be linked to it: a `linked` one has all that held. */
export function hasEnded(owner: FileOwner): boolean {
  return isReport(owner) ? isReportOver(owner.state) : isEnded(owner.state);
}

/** Decides what a command about files does to their owner, and gives the owner as that leaves it. The state may stay: a save of
 *  the same state still counts. The version stays the one that was read. */
export function decideOwner(
  owner: FileOwner,
  command: ReportCommand,
  at: Moment,
): { readonly verdict: OwnerVerdict; readonly owner: FileOwner } {
  if (isReport(owner)) {
    const verdict = transitionReport(owner, command);
    return { verdict, owner: verdict.ok ? applyToReport(owner, verdict, at) : owner };
  }
  const verdict = transition(owner, command);
  return { verdict, owner: verdict.ok ? applyVerdict(owner, verdict, { at }) : owner };
}

function isReportOver(state: ReportState): boolean {
  return state !== "open" && state !== "uploaded";
}

function applyToReport(
  report: Report,
  verdict: { readonly changed: boolean; readonly state: ReportState; readonly rejectReason?: RejectReason },
  at: Moment,
): Report {
  return {
    ...report,
    state: verdict.state,
    ...(verdict.rejectReason && { rejectReason: verdict.rejectReason }),
    updatedAt: at,
    ...(isReportOver(verdict.state) && { endedAt: report.endedAt ?? at }),
  };
}

/** A fact about an owner; `verb` is what happened, such as `uploaded`, for either. */
export function ownerFact(
  owner: FileOwner,
  verb: "uploaded" | "linked" | "rejected" | "withdrawn",
  fact: Pick<Fact, "at" | "actor" | "data">,
): Fact {
  return isReport(owner)
    ? reportFact(owner, { ...fact, type: `report.${verb}` satisfies FactType })
    : requestFact(owner, { ...fact, type: `request.${verb}` satisfies FactType });
}

/** A fact of another type about an owner. */
export function factOfOwner(owner: FileOwner, fact: Pick<Fact, "type" | "at" | "actor" | "data">): Fact {
  return isReport(owner) ? reportFact(owner, fact) : requestFact(owner, fact);
}
