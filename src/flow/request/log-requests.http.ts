import * as routes from "#contract/log-requests.ts";
import { parseTime } from "#contract/primitives.ts";
import { renderLogRequest, renderLogRequestDetail, type RequestNames } from "#contract/render-log-request.ts";
import { countFiles, type FileCounts } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { isEnded, REQUEST_STATES, type RequestState, type RequestView } from "#domain/vocabulary.ts";
import { actorOf } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { once } from "#http/idempotency.ts";
import { renderPage, type PublicUrl } from "#http/next-link.ts";
import type { RequestQuery, Store } from "#ports/store.ts";
import { cancelRequest, findRequest, remindRequest, type RequestChanges } from "./change-request.ts";
import { requestLogs, type Ask, type RequestLogs } from "./request-logs.ts";

const NO_FILES: FileCounts = { consented: 0, uploaded: 0, linked: 0, refused: 0, missing: 0 };

/** Nobody answered: worth a look for a day, and history after that. */
const ATTENTION_MS = 24 * 60 * 60 * 1000;
const VIEW_STATES: Partial<Record<RequestView, readonly RequestState[]>> = {
  waiting: REQUEST_STATES.filter((state) => !isEnded(state)),
  ready: ["linked"],
};

/** Those of both; a view and a state that exclude each other leave none. */
function statesOf(
  view: RequestView | undefined,
  asked: readonly RequestState[] | undefined,
): readonly RequestState[] | undefined {
  const ofView = view && VIEW_STATES[view];
  return asked && ofView ? asked.filter((state) => ofView.includes(state)) : (asked ?? ofView);
}

export interface LogRequestRoutes extends RequestLogs, RequestChanges {
  readonly store: Store;
  readonly publicUrl: PublicUrl;
}

/** Serves log requests to agents. */
export function serveLogRequests(kit: HttpKit, deps: LogRequestRoutes): void {
  const { store, clock, publicUrl } = deps;
  const show = (request: LogRequest, counts: FileCounts, names?: RequestNames) =>
    renderLogRequest(request, counts, publicUrl.to(`/log-requests/${request.id}`), names);
  const namesOf = async (
    requests: readonly LogRequest[],
    records: Pick<Store, "tickets" | "users"> = store,
  ): Promise<(request: LogRequest) => RequestNames> => {
    const [tickets, users] = await Promise.all([
      records.tickets.namesOf(requests.map(({ ticketId }) => ticketId)),
      records.users.shownOf(requests.map(({ userId }) => userId)),
    ]);
    return ({ ticketId, userId }) => {
      const ticket = tickets.get(ticketId);
      const { label, timeZone } = users.get(userId) ?? {};
      return {
        ticketNumber: ticket?.number,
        ticketSubject: ticket?.subject,
        userLabel: label,
        userTimeZone: timeZone,
      };
    };
  };
  const showNow = async (request: LogRequest, records: Pick<Store, "files" | "tickets" | "users"> = store) => {
    const [files, names] = await Promise.all([records.files.ofOwner(request.id), namesOf([request], records)]);
    return show(request, countFiles(files), names(request));
  };

  kit.serve(routes.createLogRequest, async ({ params, body, caller, idempotency }) => {
    const { installationId, window, answerBy, ...asked } = body;
    const ask: Ask = {
      ...asked,
      ticketId: params.ticketId,
      agentId: caller.id,
      ...(installationId === undefined ? {} : { installationId }),
      ...(window ? { window: { from: parseTime(window.from), to: parseTime(window.to) } } : {}),
      ...(answerBy === undefined ? {} : { answerBy: parseTime(answerBy) }),
    };
    const request = await requestLogs(deps, ask, idempotency);
    return {
      status: 202,
      headers: { Location: publicUrl.to(`/v1/log-requests/${request.id}`) },
      body: show(request, NO_FILES),
    };
  });

  kit.serve(routes.listLogRequests, async ({ query, caller }) => {
    const { state, view, ...rest } = query;
    const asked = {
      ...rest,
      ...(view === "mine" ? { agentId: caller.id } : {}),
      ...(view === "attention" ? { attention: { since: clock.now() - ATTENTION_MS } } : {}),
      states: statesOf(view, state),
    };
    if (view === "mine" && rest.agentId !== undefined && rest.agentId !== caller.id)
      return { status: 200, body: { value: [] } };
    const given = Object.fromEntries(
      Object.entries(asked).filter(([, value]) => value !== undefined),
    ) as unknown as RequestQuery;
    const page = await store.requests.list(given);
    const [counts, names] = await Promise.all([
      store.files.countsOf(page.items.map(({ id }) => id)),
      namesOf(page.items),
    ]);
    const render = (request: LogRequest) => show(request, counts.get(request.id) ?? NO_FILES, names(request));
    return { status: 200, body: renderPage(page, render, { publicUrl, path: "/v1/log-requests", query }) };
  });

  kit.serve(routes.getLogRequest, async ({ params }) => {
    const request = await findRequest(store, params.requestId);
    const [consent, files, pushes, names] = await Promise.all([
      store.consents.ofOwner({ kind: "request", id: request.id }),
      store.files.ofOwner(request.id),
      store.pushes.ofRequest(request.id),
      namesOf([request]),
    ]);
    const told = consent?.text;
    const consentText = told && (await store.consentTexts.find(told.version, told.locale));
    const shown = show(request, countFiles(files), names(request));
    const fileUrl = (fileId: string) => publicUrl.to(`/files/${fileId}`);
    return { status: 200, body: renderLogRequestDetail(shown, { consent, consentText, files, fileUrl, pushes }) };
  });

  kit.serve(routes.cancelLogRequest, async ({ params, caller }) => ({
    status: 200,
    body: await showNow(await cancelRequest(deps, actorOf(caller), params.requestId)),
  }));

  kit.serve(routes.remindLogRequest, async ({ params, caller, idempotency }) =>
    retryConflicts(() =>
      store
        .transaction((tx) =>
          once(tx, idempotency, clock.now(), async () => {
            const reminded = await remindRequest({ ...deps, tx }, actorOf(caller), params.requestId);
            if (reminded === "conflict") throw new Problem("conflict");
            return { status: 200, body: await showNow(reminded, tx) };
          }),
        )
        .catch((error: unknown) => {
          if (error instanceof Problem && error.code === "conflict") return "conflict" as const;
          throw error;
        }),
    ),
  );
}
