import type { z } from "zod";
import type { ticketConnection } from "#contract/connections.ts";
import type { downloadUrl, file } from "#contract/files.ts";
import type { logRequest, logRequestDetail } from "#contract/log-requests.ts";
import type { report } from "#contract/reports.ts";
import type { ticket, timelineEntry } from "#contract/tickets.ts";
import { succeeded, type ApiAnswer, type ApiCall } from "#test/support/api-calls.ts";
import { uniqueName } from "#test/support/servers.ts";

export type TicketBody = z.output<typeof ticket>;
export type LogRequestBody = z.output<typeof logRequest>;
export type LogRequestDetailBody = z.output<typeof logRequestDetail>;
export type TimelineBody = z.output<typeof timelineEntry>;
export type ReportBody = z.output<typeof report>;
export type ConnectionBody = z.output<typeof ticketConnection>;
export type FileBody = z.output<typeof file>;
export type DownloadUrlBody = z.output<typeof downloadUrl>;

/** What an agent may say beside the defaults. */
export interface Wish {
  readonly ticketId?: string;
  readonly userId?: string;
  readonly installationId?: string;
  readonly reason?: string;
  readonly collectors?: readonly string[];
  readonly window?: { readonly from: string; readonly to: string };
  readonly maxBytes?: number;
  readonly maxFiles?: number;
  readonly answerBy?: string;
}

export type Agent = ReturnType<typeof createAgent>;

/** An agent at the desk: what the console does for them, as calls of the API. */
export function createAgent(send: (method: string, path: string, call?: ApiCall) => Promise<ApiAnswer>) {
  const get = <Body>(path: string) => succeeded<Body>(send("GET", path));
  const post = <Body>(path: string, body?: unknown) =>
    succeeded<Body>(send("POST", path, body === undefined ? {} : { body }));

  const openTicket = (more: Readonly<Record<string, unknown>> = {}) =>
    post<TicketBody>("/v1/tickets", { subject: "Calls drop after a minute", ...more });

  /** The whole of a list, page by page. */
  async function all<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const page: { value: Item[]; nextLink?: string } = await get(next);
      items.push(...page.value);
      next = page.nextLink;
    }
    return items;
  }

  return {
    /** As it is, for what goes wrong on purpose. */
    send,
    openTicket,

    /** Asks for logs; on a new ticket of that user, unless one is named. */
    async requestLogs({ userId = uniqueName("user"), ticketId, ...wish }: Wish = {}): Promise<LogRequestBody> {
      const on = ticketId ?? (await openTicket({ userId })).id;
      return post<LogRequestBody>(`/v1/tickets/${on}/log-requests`, {
        userId,
        reason: "To see why your calls drop",
        collectors: ["app"],
        ...wish,
      });
    },

    ticket: (ticketId: string) =>
      get<TicketBody & Pick<LogRequestDetailBody, "files"> & { connection?: ConnectionBody }>(
        `/v1/tickets/${ticketId}`,
      ),
    createWorkItem: (ticketId: string) => post<ConnectionBody>(`/v1/tickets/${ticketId}:createWorkItem`),
    /** On the version that stands now. */
    async changeTicket(ticketId: string, body: Readonly<Record<string, unknown>>): Promise<TicketBody> {
      const { headers } = await send("GET", `/v1/tickets/${ticketId}`);
      const etag = headers.get("etag") ?? "";
      return succeeded<TicketBody>(send("PATCH", `/v1/tickets/${ticketId}`, { body, headers: { "if-match": etag } }));
    },
    file: (fileId: string) => get<FileBody>(`/v1/files/${fileId}`),
    reports: (ticketId: string) => all<ReportBody>(`/v1/tickets/${ticketId}/reports?limit=2`),
    timeline: (ticketId: string) => all<TimelineBody>(`/v1/tickets/${ticketId}/timeline?limit=20`),
    request: (requestId: string) => get<LogRequestDetailBody>(`/v1/log-requests/${requestId}`),
    cancel: (requestId: string) => post<LogRequestBody>(`/v1/log-requests/${requestId}:cancel`),
    remind: (requestId: string) => post<LogRequestBody>(`/v1/log-requests/${requestId}:remind`),
    installations: async (userId: string) =>
      (await get<{ value: { id: string; hubSync: string; userId: string }[] }>(`/v1/users/${userId}/installations`))
        .value,
    createDownloadUrl: (fileId: string) => post<DownloadUrlBody>(`/v1/files/${fileId}:createDownloadUrl`),
    list: <Item>(path: string) => all<Item>(path),
  };
}
