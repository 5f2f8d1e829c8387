import * as routes from "#contract/devices.ts";
import { formatTime, parseTime } from "#contract/primitives.ts";
import { readAnnouncedFile, readLeftOut, renderDeviceFile } from "#contract/render-file.ts";
import { renderWindow } from "#contract/render-log-request.ts";
import { putConsentText } from "#contract/users.ts";
import type { LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { Problem } from "#domain/problems.ts";
import { actorOf, type CallerOf } from "#http/caller.ts";
import { findOwnRequest, isAsked } from "#http/find-own-request.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { renderPage, type PublicUrl } from "#http/next-link.ts";
import type { UploadLink } from "#ports/blob-store.ts";
import { answerRequest, type AnswerRequest, type GivenAnswer } from "./answer-request.ts";
import { collectorLabels } from "./collector-labels.ts";
import { consentValues } from "./consent-values.ts";
import { lastLocaleOf, lastZoneOf } from "./reading-locale.ts";
import { renderReceipt } from "./render-receipt.ts";
import { seeRequest, snoozeRequest } from "./see-request.ts";

export interface ConsentRoutes extends AnswerRequest {
  readonly publicUrl: PublicUrl;
  /** Links that a recorded consent has earned, for what is not there yet; the upload step's. */
  readonly createLinks: (
    request: LogRequest,
    files: readonly LogFile[],
  ) => Promise<readonly { readonly fileId: string; readonly link: UploadLink }[]>;
  /** Hex SHA-256 of a text's UTF-8 bytes. */
  readonly hashText: (text: string) => string;
}

/** Serves a user's requests to their app, takes the answer, and gives the receipt. */
export function serveConsent(kit: HttpKit, deps: ConsentRoutes): void {
  const { store, clock, settings, publicUrl, createLinks, hashText } = deps;

  const show = async (
    request: LogRequest,
    caller: CallerOf<"device">,
    locale?: string,
  ): Promise<routes.DeviceLogRequest> => {
    const user = await store.users.find(caller.userId);
    const [ticket, files, consent, text, labels] = await Promise.all([
      store.tickets.find(request.ticketId),
      store.files.ofOwner(request.id),
      store.consents.ofOwner({ kind: "request", id: request.id }),
      store.consentTexts.forLocale(locale ?? user?.locale ?? (await lastLocaleOf(store, caller.userId))),
      collectorLabels(store, request),
    ]);
    const timeZone = user?.timeZone ?? (await lastZoneOf(store, caller.userId));
    const reader = { locale: text.locale, timeZone, labels };
    const ticketNumber = ticket?.number ?? 0;
    return {
      id: request.id,
      state: request.state,
      ...(request.rejectReason ? { rejectReason: request.rejectReason } : {}),
      ticketNumber,
      reason: request.reason,
      collectors: [...request.collectors],
      ...renderWindow(request.window),
      maxBytes: request.maxBytes,
      maxFiles: request.maxFiles,
      answerBy: formatTime(request.answerBy),
      ...(request.uploadBy === undefined ? {} : { uploadBy: formatTime(request.uploadBy) }),
      ...(request.snoozedUntil === undefined ? {} : { snoozedUntil: formatTime(request.snoozedUntil) }),
      retentionDays: settings.retentionDays,
      consentText: { version: text.version, locale: text.locale, text: text.text, sha256: text.sha256 },
      consentValues: consentValues(request, ticketNumber, settings, reader, clock.now()),
      ...(consent ? { decision: consent.decision } : {}),
      files: files.map(renderDeviceFile),
      createdAt: formatTime(request.createdAt),
    };
  };

  kit.serve(routes.listMyLogRequests, async ({ query, caller }) => {
    const page = await store.requests.list({
      userId: caller.userId,
      states: query.state,
      limit: query.limit,
      ...(query.after === undefined ? {} : { after: query.after }),
    });
    const asked = page.items.filter((request) => isAsked(request, caller.installationId));
    const items = await Promise.all(asked.map((request) => show(request, caller, query.locale)));
    const rendered = { items, ...(page.next === undefined ? {} : { next: page.next }) };
    return {
      status: 200,
      body: renderPage(rendered, (item) => item, { publicUrl, path: "/v1/me/log-requests", query }),
    };
  });

  kit.serve(routes.getMyLogRequest, async ({ params, query, caller }) => ({
    status: 200,
    body: await show(await findOwnRequest(store, caller, params.requestId), caller, query.locale),
  }));

  kit.serve(routes.seeLogRequest, async ({ params, caller }) => ({
    status: 200,
    body: await show(await seeRequest(deps, caller, params.requestId), caller),
  }));

  kit.serve(routes.snoozeLogRequest, async ({ params, body, caller }) => ({
    status: 200,
    body: await show(await snoozeRequest(deps, caller, params.requestId, parseTime(body.snoozeUntil)), caller),
  }));

  kit.serve(routes.consentToLogRequest, async ({ params, body, caller }) => {
    const { decision, consentText: text, installationId, deviceNow, shown } = body;
    const given: GivenAnswer = {
      decision,
      text,
      deviceNow: parseTime(deviceNow),
      files: body.files.map(readAnnouncedFile),
      leftOut: body.leftOut.map(readLeftOut),
      ...(installationId === undefined ? {} : { installationId }),
      ...(shown ? { shown } : {}),
    };
    const { request, consent, files, first } = await answerRequest(deps, caller, params.requestId, given);
    const { links, retryAfterSeconds } = await linksFor(request, files);
    return {
      status: first ? 201 : 200,
      ...(retryAfterSeconds === undefined ? {} : { headers: { "Retry-After": String(retryAfterSeconds) } }),
      body: {
        requestId: request.id,
        state: request.state,
        decision: consent.decision,
        decidedAt: formatTime(consent.decidedAt),
        ...(request.uploadBy === undefined ? {} : { uploadBy: formatTime(request.uploadBy) }),
        files: files.map(renderDeviceFile),
        links,
      },
    };
  });

  /** The answer is recorded, whatever the file store does: without it the answer goes out with no links yet. */
  async function linksFor(request: LogRequest, files: readonly LogFile[]) {
    if (request.state !== "consented") return { links: [] };
    try {
      const links = await createLinks(request, files);
      return { links: links.map(({ fileId, link }) => ({ fileId, ...link, expiresAt: formatTime(link.expiresAt) })) };
    } catch (error) {
      if (error instanceof Problem && error.code === "blob_store_unavailable")
        return { links: [], retryAfterSeconds: error.retryAfterSeconds ?? 10 };
      throw error;
    }
  }

  kit.serve(routes.getReceipt, async ({ params, caller }) => {
    const request = await findOwnRequest(store, caller, params.requestId);
    const consent = await store.consents.ofOwner({ kind: "request", id: request.id });
    if (!consent) throw new Problem("not_found");
    const [ticket, files, text] = await Promise.all([
      store.tickets.find(request.ticketId),
      store.files.ofOwner(request.id),
      consent.text && store.consentTexts.find(consent.text.version, consent.text.locale),
    ]);
    return { status: 200, body: renderReceipt({ request, consent, files, text, ticketNumber: ticket?.number ?? 0 }) };
  });

  kit.serve(putConsentText, async ({ params, body, caller }) => {
    const { version, locale } = params;
    const text = { version, locale, text: body.text, sha256: hashText(body.text) };
    await store.transaction(async (tx) => {
      await tx.consentTexts.put(text);
      await tx.append([
        {
          type: "consentText.put",
          at: clock.now(),
          actor: actorOf(caller),
          data: { version, locale, sha256: text.sha256 },
        },
      ]);
    });
    return { status: 200, body: text };
  });
}
