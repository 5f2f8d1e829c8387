/** What can be done to which requests. Plain values: no screen, no call. */
import type { LogRequest } from "#console/api/shapes.ts";
import { isOpen } from "#console/live/belongs-to-view.ts";

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
