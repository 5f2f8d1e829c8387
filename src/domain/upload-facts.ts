import { fileFact, type Fact } from "./facts.ts";
import { ownerFact, type FileOwner } from "./file-owner.ts";
import type { LogFile } from "./log-file.ts";
import type { Actor, FileState, Moment } from "./vocabulary.ts";

interface Occasion {
  readonly at: Moment;
  readonly actor: Actor;
}

/** That a file's upload came to its end: it is said to be there, or it is missing for a reason. */
export function fileOutcomeFact(file: LogFile, occasion: Occasion): Fact {
  return fileFact(file, {
    ...occasion,
    type: file.state === "uploaded" ? "file.uploaded" : "file.missing",
    data: file.reason ? { reason: file.reason } : { sizeBytes: file.sizeBytes },
  });
}

/** That the upload as a whole came to its end. No round: the prompt was closed when the user answered. */
export function uploadEndFact(owner: FileOwner, files: readonly LogFile[], occasion: Occasion): Fact {
  const inState = (state: FileState) => files.filter((file) => file.state === state).length;
  return ownerFact(owner, owner.state === "rejected" ? "rejected" : "uploaded", {
    ...occasion,
    data: {
      uploaded: inState("uploaded"),
      missing: inState("missing"),
      ...(owner.rejectReason && { reason: owner.rejectReason }),
    },
  });
}
