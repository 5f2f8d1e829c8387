/** What can be done to several requests at once. Plain values in, plain values out: no screen. */
import type { QueryClient } from "@tanstack/react-query";
import { callApi } from "#console/api/call-api.ts";
import type { LogRequest } from "#console/api/shapes.ts";
import { isOpen } from "#console/live/belongs-to-view.ts";
import { patchRequest } from "#console/live/patch-cache.ts";

export type Act = "cancel" | "remind";

export type WhyNot = "ended" | "uploaded" | "agreed" | "reminded";

/** Why the server would refuse this now; undefined where it would not. */
export function whyNot(act: Act, request: LogRequest, maxReminders: number): WhyNot | undefined {
  if (isOpen(request)) return act === "remind" && request.reminders >= maxReminders ? "reminded" : undefined;
  if (request.state === "consented") return act === "remind" ? "agreed" : undefined;
  return request.state === "uploaded" ? "uploaded" : "ended";
}

export interface Sorted {
  readonly can: readonly LogRequest[];
  readonly cannot: readonly { readonly request: LogRequest; readonly why: WhyNot }[];
}

export function sortOut(act: Act, requests: readonly LogRequest[], maxReminders: number): Sorted {
  const can: LogRequest[] = [];
  const cannot: { request: LogRequest; why: WhyNot }[] = [];
  for (const request of requests) {
    const why = whyNot(act, request, maxReminders);
    if (why === undefined) can.push(request);
    else cannot.push({ request, why });
  }
  return { can, cannot };
}

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
