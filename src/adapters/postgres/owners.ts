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
    async find({ kind, id }) {
      switch (kind) {
        case "request":
          return requests.find(id);
        case "report":
          return reports.find(id);
        case "agent_upload":
          // Whole when it is saved: it has no state that its files could change.
          return undefined;
      }
    },
    save: (owner, options) => (isReport(owner) ? reports.save(owner, options) : requests.save(owner, options)),
  };
}
