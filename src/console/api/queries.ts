/** What screens read, as queries of one cache. The live feed patches the same keys (live/patch-cache.ts). */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ApiProblem, callApi, getBody, pathOf, queryOf } from "./call-api.ts";
import type {
  Agent,
  AgentUpload,
  AuditEvent,
  Collector,
  ConsentPreview,
  Insights,
  Installation,
  LogFile,
  LogRequest,
  LogRequestDetail,
  Me,
  Page,
  Report,
  System,
  Template,
  Ticket,
  TicketWithFiles,
  TimelineEntry,
  User,
} from "./shapes.ts";

export type Filter = Readonly<Record<string, string | undefined>>;

const MINUTE_MS = 60_000;

/** null: nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  staleTime: 5 * MINUTE_MS,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await getBody<Me>("/v1/me", signal);
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "unauthenticated") return null;
      throw error;
    }
  },
});

/** A list that is read page by page, as its reader scrolls. */
function pages<Item>(key: string, path: string, filter: Filter, limit = 50) {
  return infiniteQueryOptions({
    queryKey: [key, filter],
    initialPageParam: path + queryOf({ ...filter, limit }),
    queryFn: ({ pageParam, signal }) => getBody<Page<Item>>(pageParam, signal),
    getNextPageParam: (last: Page<Item>) => (last.nextLink === undefined ? undefined : pathOf(last.nextLink)),
  });
}

/**
 * Requests, newest first. Never read anew by itself: the feed keeps what was read as it is now, and a list of many pages
 * would be fetched whole.
 */
export const requestsQuery = (filter: Filter) => ({
  ...pages<LogRequest>("requests", "/v1/log-requests", filter, 100),
  staleTime: Infinity,
});
export const ticketsQuery = (filter: Filter) => pages<Ticket>("tickets", "/v1/tickets", filter);
export const usersQuery = (filter: Filter) => pages<User>("users", "/v1/users", filter, 30);
/** The first of the colleagues whom the typed words fit. */
export const agentsQuery = (filter: Filter) =>
  queryOptions({
    queryKey: ["agents", filter],
    staleTime: MINUTE_MS,
    queryFn: ({ signal }) => getBody<Page<Agent>>(`/v1/agents${queryOf({ ...filter, limit: 50 })}`, signal),
  });
export const auditQuery = (filter: Filter) => pages<AuditEvent>("audit", "/v1/audit-events", filter, 100);

export const requestQuery = (requestId: string) =>
  queryOptions({
    queryKey: ["request", requestId],
    queryFn: ({ signal }) => getBody<LogRequestDetail>(`/v1/log-requests/${requestId}`, signal),
  });

export const fileQuery = (fileId: string) =>
  queryOptions({
    queryKey: ["file", fileId],
    queryFn: ({ signal }) => getBody<LogFile>(`/v1/files/${encodeURIComponent(fileId)}`, signal),
  });

export interface TicketVersion {
  readonly ticket: TicketWithFiles;
  readonly etag: string | undefined;
}

export const ticketQuery = (ticketId: string) =>
  queryOptions({
    queryKey: ["ticket", ticketId],
    staleTime: MINUTE_MS,
    queryFn: async ({ signal }): Promise<TicketVersion> => {
      const { body, etag } = await callApi<TicketWithFiles>("GET", `/v1/tickets/${ticketId}`, { signal });
      return { ticket: body, etag };
    },
  });

/** All pages of a list that is short. */
async function readWhole<Item>(first: string, signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  let path: string | undefined = first;
  while (path !== undefined) {
    const page: Page<Item> = await getBody(path, signal);
    items.push(...page.value);
    path = page.nextLink === undefined ? undefined : pathOf(page.nextLink);
  }
  return items;
}

/** A ticket's timeline is read whole: it is what agents scroll through, and it is short. */
export const timelineQuery = (ticketId: string) =>
  queryOptions({
    queryKey: ["timeline", ticketId],
    queryFn: ({ signal }) => readWhole<TimelineEntry>(`/v1/tickets/${ticketId}/timeline?limit=200`, signal),
  });

/** What users reported on a ticket, newest first; a ticket has few. */
export const reportsQuery = (ticketId: string) =>
  queryOptions({
    queryKey: ["reports", ticketId],
    queryFn: ({ signal }) => readWhole<Report>(`/v1/tickets/${ticketId}/reports?limit=100`, signal),
  });

/** What agents added to a ticket, newest first. Below the ticket's own key: what changes a file of the ticket changes these. */
export const agentUploadsQuery = (ticketId: string) =>
  queryOptions({
    queryKey: ["ticket", ticketId, "agentUploads"],
    staleTime: MINUTE_MS,
    queryFn: ({ signal }) => readWhole<AgentUpload>(`/v1/tickets/${ticketId}/agent-uploads?limit=100`, signal),
  });

/** People change seldom, and every row of a list names one. */
export const userQuery = (userId: string) =>
  queryOptions({
    queryKey: ["user", userId],
    staleTime: 10 * MINUTE_MS,
    gcTime: 30 * MINUTE_MS,
    queryFn: ({ signal }) => getBody<User>(`/v1/users/${encodeURIComponent(userId)}`, signal),
  });

export const installationsQuery = (userId: string) =>
  queryOptions({
    queryKey: ["installations", userId],
    staleTime: MINUTE_MS,
    queryFn: async ({ signal }) =>
      (await getBody<Page<Installation>>(`/v1/users/${encodeURIComponent(userId)}/installations`, signal)).value,
  });

export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  staleTime: MINUTE_MS,
  queryFn: async ({ signal }) => (await getBody<Page<Template>>("/v1/templates", signal)).value,
});

export const collectorsQuery = queryOptions({
  queryKey: ["collectors"],
  staleTime: 5 * MINUTE_MS,
  queryFn: async ({ signal }) => (await getBody<Page<Collector>>("/v1/collectors", signal)).value,
});

export const insightsQuery = (filter: Filter) =>
  queryOptions({
    queryKey: ["insights", filter],
    staleTime: MINUTE_MS,
    queryFn: ({ signal }) => getBody<Insights>(`/v1/insights${queryOf(filter)}`, signal),
  });

export const systemQuery = queryOptions({
  queryKey: ["system"],
  queryFn: ({ signal }) => getBody<System>("/v1/system", signal),
});

export interface Draft {
  readonly userId: string;
  readonly ticketId?: string;
  readonly installationId?: string;
  readonly reason?: string;
  readonly collectors?: readonly string[];
  readonly window?: { readonly from: string; readonly to: string };
  readonly locale?: string;
}

export const previewQuery = (draft: Draft) =>
  queryOptions({
    queryKey: ["preview", draft],
    staleTime: 5 * MINUTE_MS,
    queryFn: async ({ signal }) =>
      (await callApi<ConsentPreview>("POST", "/v1/consent-preview", { body: draft, signal })).body,
  });
