import { queryOptions } from "@tanstack/react-query";
import { getBody } from "./call-api.ts";
import type { Agent, Page } from "./shapes.ts";

const MINUTE_MS = 60_000;
/** Of the address: proxies refuse one that is much longer. Never more ids than the API takes at once either. */
const MOST_LETTERS = 4_000;
const MOST_IDS = 100;

let gathered: { readonly ids: Set<string>; readonly found: Promise<ReadonlyMap<string, Agent>> } | undefined;

/** An agent by id; null for one that the API does not know. All that a screen asks for at once go in one call. */
export const agentQuery = (agentId: string) =>
  queryOptions({
    queryKey: ["agent", agentId],
    // Who is unknown now may use Beckon for the first time in a minute.
    staleTime: ({ state }) => (state.data ? 30 : 1) * MINUTE_MS,
    queryFn: async (): Promise<Agent | null> => (await lookUp(agentId)).get(agentId) ?? null,
  });

function lookUp(agentId: string): Promise<ReadonlyMap<string, Agent>> {
  if (!gathered) {
    const ids = new Set<string>();
    gathered = { ids, found: new Promise((resolve) => setTimeout(resolve)).then(() => readAll(ids)) };
  }
  gathered.ids.add(agentId);
  return gathered.found;
}

async function readAll(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, Agent>> {
  gathered = undefined;
  const pages = await Promise.all(addressesOf([...ids]).map((path) => getBody<Page<Agent>>(path)));
  return new Map(pages.flatMap(({ value }) => value).map((agent) => [agent.id, agent]));
}

/** As many calls as it takes to name all. */
export function addressesOf(ids: readonly string[]): string[] {
  const paths: string[] = [];
  let parts: string[] = [];
  let letters = 0;
  const close = () => {
    if (parts.length > 0) paths.push(`/v1/agents?${parts.join("&")}`);
    [parts, letters] = [[], 0];
  };
  for (const id of ids) {
    const part = `id=${encodeURIComponent(id)}`;
    if (parts.length === MOST_IDS || letters + part.length > MOST_LETTERS) close();
    parts.push(part);
    letters += part.length;
  }
  close();
  return paths;
}
