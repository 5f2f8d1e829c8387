import type { AnnouncedFile } from "./log-file.ts";
import type { LogRequest } from "./log-request.ts";
import type { ProblemDetail } from "./problems.ts";
import type { ConsentBasis, Decision, LeftOutReason, Moment } from "./vocabulary.ts";

/** A text that users are shown, immutable once used. The hash is over the UTF-8 bytes with placeholders unfilled. */
export interface ConsentText {
  readonly version: string;
  readonly locale: string;
  readonly text: string;
  readonly sha256: string;
  readonly usedAt?: Moment;
}

/** Which registered text was shown, and its hash with placeholders unfilled. */
export interface ShownText {
  readonly version: string;
  readonly locale: string;
  readonly sha256: string;
}

/** What a device found and did not send, or could not look for, in its own words. What the user unticked is not told. */
export interface LeftOut {
  readonly collector: string;
  /** Absent where there was no file to name. */
  readonly name?: string;
  readonly sizeBytes?: number;
  readonly reason: LeftOutReason;
}

/** The user's answer as it is recorded, once and for good. */
export interface Consent {
  readonly id: string;
  readonly basis: ConsentBasis;
  /** The request that was answered, the report that the user made, or what an agent added for them: one of them. */
  readonly requestId?: string;
  readonly reportId?: string;
  readonly agentUploadId?: string;
  readonly ticketId: string;
  /** Absent where an agent added it to a ticket that has no user. */
  readonly userId?: string;
  readonly installationId?: string;
  readonly decision: Decision;
  /** What was shown. Absent for a report of an app that did not say which of our texts it showed, if any. */
  readonly text?: ShownText;
  /** What stood in the text's placeholders when it was shown, such as `reason` and `retentionDays`. */
  readonly shown: Readonly<Record<string, string>>;
  readonly leftOut: readonly LeftOut[];
  /** By our clock. */
  readonly decidedAt: Moment;
  /** What the device's clock said: kept, never used. */
  readonly deviceNow?: Moment;
  readonly withdrawnAt?: Moment;
}

/** What makes two answers equal (design, section 3): decision, text version, and the set of files by four of their facts. */
export interface Answer {
  readonly decision: Decision;
  readonly textVersion: string | undefined;
  readonly files: readonly Pick<AnnouncedFile, "collector" | "name" | "sizeBytes" | "sha256">[];
}

/** Whether two answers are equal, in whatever order they name their files. */
export function sameAnswer(one: Answer, other: Answer): boolean {
  if (one.decision !== other.decision || one.textVersion !== other.textVersion) return false;
  const keys = (answer: Answer) =>
    answer.files.map((file) => JSON.stringify([file.collector, file.name, file.sizeBytes, file.sha256])).toSorted();
  const [a, b] = [keys(one), keys(other)];
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

/** What a consent names beyond what was asked; empty when it keeps within the request. */
export function beyondRequest(
  files: readonly AnnouncedFile[],
  request: Pick<LogRequest, "collectors" | "maxBytes" | "maxFiles">,
): ProblemDetail[] {
  const details: ProblemDetail[] = [];
  files.forEach((file, index) => {
    if (!request.collectors.includes(file.collector)) {
      details.push({
        target: `files[${index}].collector`,
        message: `'${file.collector}' was not asked for; asked were: ${request.collectors.join(", ")}.`,
      });
    }
  });
  if (files.length > request.maxFiles) {
    details.push({
      target: "files",
      message: `${files.length} files were named; at most ${request.maxFiles} were asked for.`,
    });
  }
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (total > request.maxBytes) {
    details.push({
      target: "files",
      message: `The files are ${total} bytes together; at most ${request.maxBytes} were asked for.`,
    });
  }
  return details;
}
