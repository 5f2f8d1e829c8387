import type { QueryClient } from "@tanstack/react-query";
import { callApi } from "#console/api/call-api.ts";
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

/** Cancels or reminds, and shows the request as it is then wherever it stands. @throws ApiProblem */
export async function actOnRequest(client: QueryClient, act: Act, requestId: string): Promise<void> {
  const { body } = await callApi<LogRequest>("POST", `/v1/log-requests/${requestId}:${act}`);
  patchRequest(client, body);
  void client.invalidateQueries({ queryKey: ["request", requestId] });
}
