import {
  type DemoAgent,
  type DemoRequestDetail,
  type DemoTicket,
  type DemoUser,
  type Entry,
  openDemoAgent,
} from "#app/demo/demo-agent.ts";
import { createTokenSource } from "#app/demo/token-source.ts";
import { describeEvent } from "./describe-event.ts";

/**
 * Follows the live feed, and says each event in one line; over restarts of the API too.
 *
 * @returns the agent who follows, for what else is to be asked
 */
export async function tellEvents({
  apiUrl,
  signal,
  say,
}: {
  apiUrl: string;
  signal: AbortSignal;
  say: (line: string) => void;
}): Promise<DemoAgent> {
  const numbers = new Map<string, number>();
  let telling: Promise<void> = Promise.resolve();
  const agent = await openDemoAgent({
    apiUrl,
    getToken: createTokenSource({ apiUrl, username: "lena", audience: "beckon-agents" }),
    signal,
    onEntry: (entry) => {
      // What could not be looked up is left out: the API is being restarted.
      telling = telling.then(() => tell(entry)).catch(() => {});
    },
  });
  async function tell(entry: Entry): Promise<void> {
    const { requestId, ticketId } = entry;
    const request =
      requestId === undefined ? undefined : await agent.call<DemoRequestDetail>("GET", `/v1/log-requests/${requestId}`);
    if (!numbers.has(ticketId)) {
      numbers.set(ticketId, (await agent.call<DemoTicket>("GET", `/v1/tickets/${ticketId}`)).number);
    }
    const userId = request?.userId ?? entry.userId;
    const person = userId === undefined ? "the user" : await labelOf(userId);
    const line = describeEvent(entry, { ticketNumber: numbers.get(ticketId), person, request });
    if (line !== undefined) say(line);
  }
  async function labelOf(userId: string): Promise<string> {
    const { label } = await agent.call<DemoUser>("GET", `/v1/users/${encodeURIComponent(userId)}`);
    return label?.split(" ")[0] ?? userId;
  }
  return agent;
}
