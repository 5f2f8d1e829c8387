import { type AnswerJournal, type AnswerUnderWay, noteFileIds } from "./answer-journal.ts";
import { hasCode } from "./beckon-error.ts";
import { uploadFiles, type Uploading, type UploadStep } from "./upload-files.ts";
import type { Answer, DeviceFile, RequestState } from "./wire.ts";

/** What an answer came to on the server. */
export interface AnswerResult {
  readonly requestId: string;
  readonly state: RequestState;
  readonly files: readonly DeviceFile[];
}

/** How far one upload is. */
export interface FileProgress extends UploadStep {
  readonly requestId: string;
}

/**
 * Sends an answer and, for a share, uploads its files and says how each ended. It can stop at any point and start again:
 * the journal knows what was sent, and the server what arrived.
 *
 * @throws BeckonError `already_answered`, `request_closed` and other refusals of the answer; `upload_refused`,
 *   `upload_too_late`, `stopped`; `network` where the answer itself could not be sent
 */
export async function carryOutAnswer(
  answer: AnswerUnderWay,
  {
    onRecorded,
    onProgress,
    ...uploading
  }: Uploading & {
    readonly journal: Pick<AnswerJournal, "open" | "save">;
    /** How far the server is. */
    readonly read: () => Promise<AnswerResult>;
    readonly onRecorded: () => void;
    readonly onProgress: (progress: FileProgress) => void;
  },
): Promise<AnswerResult> {
  const { requestId, consent } = answer;
  const { api, journal, read } = uploading;
  const path = `/v1/log-requests/${requestId}`;
  let recorded: { body: Answer; retryAfterMs: number | undefined } | undefined;

  if (!answer.recorded) {
    recorded = await api.call<Answer>("POST", `${path}:consent`, consent);
    const { files, uploadBy } = recorded.body;
    noteFileIds(answer, files);
    if (uploadBy !== undefined) answer.until = Date.parse(uploadBy);
    answer.recorded = true;
    await journal.save(answer);
  }
  onRecorded();
  if (consent.decision === "decline" || (recorded && recorded.body.state !== "consented"))
    return recorded?.body ?? read();
  return uploadFiles(answer, {
    ...uploading,
    path,
    recorded,
    onProgress: (step) => onProgress({ requestId, ...step }),
  });
}

/** Whether the server says that there is nothing more to upload: the request ended, or its consent was taken back. */
export function isOver(error: unknown): boolean {
  return hasCode(error, "not_consented", "request_closed");
}
