import { isReport } from "#domain/file-owner.ts";
import type { Owners, Reports, Requests } from "#ports/store.ts";

/** Requests and reports behind one door, for the steps that they share. */
export function createOwners({
  requests,
  reports,
}: {
  readonly requests: Requests;
  readonly reports: Reports;
}): Owners {
  return {
    find: ({ kind, id }) => (kind === "report" ? reports.find(id) : requests.find(id)),
    save: (owner, options) => (isReport(owner) ? reports.save(owner, options) : requests.save(owner, options)),
  };
}
