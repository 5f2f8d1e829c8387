import type { QueryClient } from "@tanstack/react-query";
import { callApi, isRefusal, type Call } from "#console/api/call-api.ts";
import type { LogRequest } from "#console/api/shapes.ts";
import { patchRequest } from "#console/live/patch-cache.ts";
import type { Act } from "./why-not.ts";

export interface Refusal {
  readonly request: LogRequest;
  readonly error: unknown;
}

/** So many calls are under way at once: quick for twenty rows, and far from the limit of an agent. */
const AT_ONCE = 4;

/** Does it to each, whatever becomes of the others. @returns what was refused, and why */
export async function actOnEach(
  client: QueryClient,
  act: Act,
  requests: readonly LogRequest[],
  onProgress: (done: number) => void = () => undefined,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const waiting = [...requests];
  let done = 0;
  const work = async () => {
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      try {
        await actOnRequest(client, act, request.id);
      } catch (error) {
        refusals.push({ request, error });
      }
      onProgress((done += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return refusals;
}

/** Of reminders whose answer was lost, by request: pressed again, each is still the same reminder. */
const unanswered = new Map<string, string>();

/** Cancels or reminds, and shows the request as it is then wherever it stands. @throws ApiProblem */
export async function actOnRequest(client: QueryClient, act: Act, requestId: string): Promise<void> {
  const body = await (act === "remind" ? remind(requestId) : post(requestId, act));
  patchRequest(client, body);
  void client.invalidateQueries({ queryKey: ["request", requestId] });
}

/** A cancel is done once anyway; the user would be reminded twice. */
async function remind(requestId: string): Promise<LogRequest> {
  const idempotencyKey = unanswered.get(requestId) ?? crypto.randomUUID();
  unanswered.set(requestId, idempotencyKey);
  try {
    const body = await post(requestId, "remind", { idempotencyKey });
    unanswered.delete(requestId);
    return body;
  } catch (error) {
    if (isRefusal(error)) unanswered.delete(requestId);
    throw error;
  }
}

async function post(requestId: string, act: Act, call: Call = {}): Promise<LogRequest> {
  return (await callApi<LogRequest>("POST", `/v1/log-requests/${requestId}:${act}`, call)).body;
}
