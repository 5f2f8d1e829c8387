/**
 * The life of a report, as data, with one door: `transitionReport`. It is the second half of a request's life: who reports has
 * consented already.
 *
 *   open        saved, with files that are still to be uploaded by links. Leaves by complete, uploadDeadline, withdraw
 *   uploaded    every file is accounted for, at least one arrived; verify settles them. Leaves by settled, withdraw
 *   linked      what it brought is on the ticket: at least one file holds, or it was words alone. May still be withdrawn
 *   rejected    none of its files arrived, or none held (`rejectReason` says which). Its words stay on the ticket
 *   withdrawn   the user took it back
 *
 * A report that comes whole in one multipart call is born `linked`. Replays, duplicates and late arrivals change nothing.
 */
import { commandHolds, type Command, type Condition } from "./lifecycle.ts";
import type { RejectReason, ReportState } from "./vocabulary.ts";

/** What can happen to a report: the part of a request's commands that is about files. */
export type ReportCommand = Extract<Command, { readonly type: "complete" | "uploadDeadline" | "settled" | "withdraw" }>;

export interface ReportRule {
  readonly from: readonly ReportState[];
  readonly on: ReportCommand["type"];
  readonly when?: Condition;
  readonly to: ReportState;
  readonly reason?: RejectReason;
}

/** Read a row as: from one of these, on this command, when this holds, to that state. */
export const REPORT_RULES: readonly ReportRule[] = [
  { from: ["open"], on: "complete", when: "allAccountedSomeUploaded", to: "uploaded" },
  { from: ["open"], on: "complete", when: "allAccountedNoneUploaded", to: "rejected", reason: "upload_abandoned" },
  { from: ["open"], on: "uploadDeadline", when: "someArrived", to: "uploaded" },
  { from: ["open"], on: "uploadDeadline", when: "noneArrived", to: "rejected", reason: "upload_abandoned" },
  { from: ["open", "uploaded", "linked"], on: "withdraw", to: "withdrawn" },
  { from: ["uploaded"], on: "settled", when: "allSettledSomeHold", to: "linked" },
  { from: ["uploaded"], on: "settled", when: "allSettledNoneHold", to: "rejected", reason: "none_held" },
];

export type ReportVerdict =
  | { readonly ok: true; readonly changed: true; readonly state: ReportState; readonly rejectReason?: RejectReason }
  | { readonly ok: true; readonly changed: false; readonly state: ReportState }
  | { readonly ok: false; readonly problem: "nothing_to_withdraw" };

/** Decides what a command does to a report in a state. Total; asking again after a change gives no second change. */
export function transitionReport(report: { readonly state: ReportState }, command: ReportCommand): ReportVerdict {
  const rule = REPORT_RULES.find(
    ({ from, on, when }) =>
      on === command.type && from.includes(report.state) && (when === undefined || commandHolds(when, command)),
  );
  if (rule) {
    const { to: state, reason } = rule;
    return { ok: true, changed: true, state, ...(reason ? { rejectReason: reason } : {}) };
  }
  // A person waits for this answer; the rest of what does not apply is ignored.
  if (command.type === "withdraw" && report.state === "rejected") return { ok: false, problem: "nothing_to_withdraw" };
  return { ok: true, changed: false, state: report.state };
}
