import * as routes from "#contract/agents.ts";
import { renderAgent } from "#contract/render-agent.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { renderPage, type PublicUrl } from "#http/next-link.ts";
import type { Store } from "#ports/store.ts";

export interface AgentRoutes {
  readonly store: Pick<Store, "agents">;
  readonly publicUrl: PublicUrl;
}

/** Tells agents what their colleagues are called. */
export function serveAgents(kit: HttpKit, { store, publicUrl }: AgentRoutes): void {
  kit.serve(routes.listAgents, async ({ query }) => {
    if (query.id) return { status: 200, body: { value: (await store.agents.ofIds(query.id)).map(renderAgent) } };
    const page = await store.agents.search({
      limit: query.limit,
      ...(query.query === undefined ? {} : { query: query.query }),
      ...(query.after === undefined ? {} : { after: query.after }),
    });
    return { status: 200, body: renderPage(page, renderAgent, { publicUrl, path: "/v1/agents", query }) };
  });
}
