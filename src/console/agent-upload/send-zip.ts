import { ApiProblem } from "#console/api/call-api.ts";
import type { AgentUpload, ProblemDocument } from "#console/api/shapes.ts";

export interface SendZip {
  readonly ticketId: string;
  readonly zip: File;
  /** One for each zip that the agent chose, however often it is tried. */
  readonly idempotencyKey: string;
  /** From 0 to 1; 1 when all of it has left and the answer is awaited. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Puts an exported zip on a ticket. By XMLHttpRequest: `fetch` does not tell how far an upload is.
 *
 * @throws ApiProblem; what the signal was aborted with
 */
export function sendZip({ ticketId, zip, idempotencyKey, onProgress, signal }: SendZip): Promise<AgentUpload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/v1/tickets/${ticketId}/files?${new URLSearchParams({ fileName: zip.name }).toString()}`);
    // As in call-api.ts: a page of another origin cannot set it.
    request.setRequestHeader("x-beckon-console", "1");
    request.setRequestHeader("content-type", "application/zip");
    request.setRequestHeader("idempotency-key", idempotencyKey);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total));
    request.upload.addEventListener("load", () => onProgress(1));
    request.addEventListener("load", () => {
      if (request.status === 201) return resolve(request.response as AgentUpload);
      const document = (request.response ?? undefined) as ProblemDocument | undefined;
      reject(new ApiProblem(document?.error?.code ?? "internal", request.status, document));
    });
    request.addEventListener("error", () => reject(new ApiProblem("network", 0)));
    request.addEventListener("abort", () => reject(signal.reason as Error));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(zip);
  });
}
