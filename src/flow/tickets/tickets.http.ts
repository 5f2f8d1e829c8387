import { renderConnection } from "#contract/render-connection.ts";
import { renderFile } from "#contract/render-file.ts";
import { renderTicket, renderTimelineEntry } from "#contract/render-ticket.ts";
import * as routes from "#contract/tickets.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Ticket } from "#domain/ticket.ts";
import { actorOf } from "#http/caller.ts";
import { etagOf, type HttpKit } from "#http/http-kit.ts";
import { once } from "#http/idempotency.ts";
import { renderPage, type PublicUrl } from "#http/next-link.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Store, TicketQuery } from "#ports/store.ts";
import { changeTicket, createTicket, findTicket } from "./save-ticket.ts";

export interface TicketRoutes {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly publicUrl: PublicUrl;
}

/** Serves tickets and their timeline to agents. */
export function serveTickets(kit: HttpKit, { store, clock, ids, publicUrl }: TicketRoutes): void {
  const show = (ticket: Ticket) => renderTicket(ticket, publicUrl.to(`/tickets/${ticket.id}`));
  const created = (ticket: Ticket) => ({
    status: 201,
    headers: { Location: publicUrl.to(`/v1/tickets/${ticket.id}`), ETag: etagOf(ticket.version) },
    body: show(ticket),
  });

  kit.serve(routes.createTicket, async ({ body, caller, idempotency }) =>
    store.transaction((tx) =>
      once(tx, idempotency, clock.now(), async () => {
        const { externalSystem, externalId, ...content } = body;
        const external =
          externalSystem !== undefined && externalId !== undefined ? { externalSystem, externalId } : undefined;
        return created(await createTicket({ tx, clock, ids }, actorOf(caller), content, external));
      }),
    ),
  );

  kit.serve(routes.listTickets, async ({ query }) => {
    const given = Object.fromEntries(
      Object.entries(query).filter(([, value]) => value !== undefined),
    ) as unknown as TicketQuery;
    return {
      status: 200,
      body: renderPage(await store.tickets.list(given), show, { publicUrl, path: "/v1/tickets", query }),
    };
  });

  kit.serve(routes.getTicket, async ({ params }) => {
    const ticket = await findTicket(store, params.ticketId);
    const [files, connection, connected] = await Promise.all([
      store.files.ofTicket(ticket.id),
      store.connections.find(ticket.id),
      store.connections.filesOf(ticket.id),
    ]);
    return {
      status: 200,
      headers: { ETag: etagOf(ticket.version) },
      body: {
        ...show(ticket),
        files: files.map((file) => renderFile(file, publicUrl.to(`/files/${file.id}`))),
        ...(connection === undefined ? {} : { connection: renderConnection(connection, connected) }),
      },
    };
  });

  kit.serve(routes.changeTicket, async ({ params, body, caller, ifMatch }) => {
    const changed = await store.transaction(async (tx) => {
      const ticket = await findTicket(tx, params.ticketId);
      if (ticket.version !== ifMatch) throw new Problem("precondition_failed");
      return changeTicket({ tx, clock }, actorOf(caller), ticket, body);
    });
    if (changed === "conflict") throw new Problem("precondition_failed");
    return { status: 200, headers: { ETag: etagOf(changed.version) }, body: show(changed) };
  });

  kit.serve(routes.listTicketTimeline, async ({ params, query }) => {
    const ticket = await findTicket(store, params.ticketId);
    const page = await store.timeline.ofTicket(ticket.id, pageOf(query));
    return {
      status: 200,
      body: renderPage(page, renderTimelineEntry, { publicUrl, path: `/v1/tickets/${ticket.id}/timeline`, query }),
    };
  });

  kit.serve(routes.putTicketByExternal, async ({ params, body, caller }) =>
    retryConflicts(() =>
      orConflict(() =>
        store.transaction(async (tx) => {
          const standing = await tx.tickets.findByExternal(params.system, params.externalId);
          if (!standing) {
            const external = { externalSystem: params.system, externalId: params.externalId };
            return created(await createTicket({ tx, clock, ids }, actorOf(caller), body, external));
          }
          const change = { ...body, userId: body.userId ?? null, assigneeId: body.assigneeId ?? null };
          const changed = await changeTicket({ tx, clock }, actorOf(caller), standing, change);
          return changed === "conflict"
            ? changed
            : { status: 200, headers: { ETag: etagOf(changed.version) }, body: show(changed) };
        }),
      ),
    ),
  );
}

/** Somebody else put the same ticket a moment ago: it stands now, and is replaced in the next round. */
async function orConflict<T>(attempt: () => Promise<T>): Promise<T | "conflict"> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Problem && error.code === "external_id_taken") return "conflict";
    throw error;
  }
}

function pageOf({ limit, after }: { limit: number; after?: string | undefined }) {
  return { limit, ...(after === undefined ? {} : { after }) };
}
