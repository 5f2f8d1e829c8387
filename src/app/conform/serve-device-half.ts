import { createHash, randomUUID } from "node:crypto";
import * as routes from "#contract/devices.ts";
import { formatTime, parseTime } from "#contract/primitives.ts";
import { renderDeviceFile } from "#contract/render-file.ts";
import { beyondRequest, sameAnswer } from "#domain/consent.ts";
import { countFiles, type LogFile } from "#domain/log-file.ts";
import { RETENTION_DAYS, UPLOAD_BY_SECONDS, UPLOAD_LINK_TTL_SECONDS } from "#domain/policy.ts";
import { Problem } from "#domain/problems.ts";
import { isOpen } from "#domain/vocabulary.ts";
import { consentValues, shownValues } from "#flow/consent/consent-values.ts";
import { requireKnownFiles } from "#http/find-own-request.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { CONSENT_TEXTS } from "#messages/consent-texts.ts";
import { serveTestPush } from "./serve-test-push.ts";
import { headersOf } from "./link-headers.ts";
import { move, type Desk, type DeskFile, type DeskRequest } from "./desk.ts";

type DeviceLogRequest = routes.DeviceLogRequest;

const TICKET_NUMBER = 4711;
const SETTINGS = {
  controllerName: "Example Support",
  controllerContact: "privacy@example.com",
  privacyNoticeUrl: "https://example.com/privacy",
  retentionDays: RETENTION_DAYS,
  uploadBySeconds: UPLOAD_BY_SECONDS,
};
const DAY_MS = 24 * 60 * 60 * 1000;
const REASON = "Please send the logs of the call that dropped.";
const MAX_BYTES = 50 * 1024 * 1024;
const MAX_FILES = 50;

/** Serves the calls that a device makes, for the one request that is on the desk, by the product's own rules and schemas. */
export function serveDeviceHalf(kit: HttpKit, desk: Desk): void {
  serveInstallations(kit, desk);
  serveTestPush(kit, desk);
  serveReading(kit, desk);
  serveAnswering(kit, desk);
  serveUploading(kit, desk);
}

function serveInstallations(kit: HttpKit, desk: Desk): void {
  kit.serve(routes.putInstallation, async ({ params, body, caller }) => {
    const { pushChannel: _hidden, ...told } = body;
    const at = desk.now();
    const before = desk.installations.get(params.installationId);
    const createdAt = before?.createdAt ?? at;
    desk.installations.delete(params.installationId); // the latest stands last
    desk.installations.set(params.installationId, {
      ...body,
      id: params.installationId,
      userId: caller.userId,
      createdAt,
    });
    desk.registered.add(params.installationId);
    return {
      status: before ? 200 : 201,
      body: {
        ...told,
        id: params.installationId,
        userId: caller.userId,
        hubSync: "pending",
        lastSeenAt: formatTime(at),
        createdAt: formatTime(createdAt),
      },
    };
  });

  kit.serve(routes.deleteInstallation, async ({ params, caller }) => {
    if (desk.installations.get(params.installationId)?.userId !== caller.userId) throw new Problem("not_found");
    desk.installations.delete(params.installationId);
    return { status: 204 };
  });
}

function serveReading(kit: HttpKit, desk: Desk): void {
  kit.serve(routes.listMyLogRequests, async ({ query, caller }) => {
    if (desk.scenario.pages && query.after === undefined) {
      const next = new URLSearchParams({ state: query.state.join(","), after: "second-page" });
      return { status: 200, body: { value: [], nextLink: `${desk.address}/v1/me/log-requests?${next.toString()}` } };
    }
    const own = [...desk.requests.values()].filter(
      (request) => isOwn(desk, request, caller.userId) && query.state.includes(request.state),
    );
    const value: object[] = own.map((request) => show(desk, request, query.locale));
    const [first] = value;
    if (desk.scenario.fromTheFuture && first) value.unshift(ofTheFuture(desk, first));
    return { status: 200, body: { value } };
  });

  kit.serve(routes.getMyLogRequest, async ({ params, query, caller }) => {
    return { status: 200, body: show(desk, find(desk, params.requestId, caller.userId), query.locale) };
  });

  kit.serve(routes.getReceipt, async ({ params, caller }) => {
    const request = find(desk, params.requestId, caller.userId);
    const { consent, collectors, createdAt, state, uploadBy } = request;
    if (!consent) throw new Problem("not_found");
    const { consentText, consentValues: values } = show(desk, request, consent.given.consentText.locale);
    const { decision, deviceNow, files, shown, leftOut } = consent.given;
    return {
      status: 200,
      body: {
        requestId: request.id,
        ticketNumber: TICKET_NUMBER,
        userId: caller.userId,
        asked: {
          at: formatTime(createdAt),
          agentId: "conform",
          reason: REASON,
          collectors: [...collectors],
          maxBytes: MAX_BYTES,
          maxFiles: MAX_FILES,
        },
        decision,
        decidedAt: formatTime(consent.decidedAt),
        deviceNow: formatTime(parseTime(deviceNow)),
        consentText,
        shown: shownValues(
          values,
          files.map((file) => ({ ...file, modifiedAt: parseTime(file.modifiedAt) }) as never),
          shown,
        ),
        leftOut,
        ...(uploadBy === undefined ? {} : { uploadBy: formatTime(uploadBy) }),
        ...(consent.withdrawnAt === undefined ? {} : { withdrawnAt: formatTime(consent.withdrawnAt) }),
        state,
        files: request.files.map(render),
      },
    };
  });
}

function serveAnswering(kit: HttpKit, desk: Desk): void {
  kit.serve(routes.seeLogRequest, async ({ params, caller }) => {
    const request = find(desk, params.requestId, caller.userId);
    if (isOpen(request.state)) move(request, { type: "seen" });
    return { status: 200, body: show(desk, request) };
  });

  kit.serve(routes.snoozeLogRequest, async ({ params, body, caller }) => {
    const request = find(desk, params.requestId, caller.userId);
    const until = parseTime(body.snoozeUntil);
    if (!isOpen(request.state)) throw new Problem("request_not_open", { extra: { state: request.state } });
    if (until <= desk.now() || until > request.answerBy) {
      const message = `must be after now and at most answerBy, ${formatTime(request.answerBy)}`;
      throw new Problem("invalid_request", {
        detail: `snoozeUntil ${message}.`,
        details: [{ target: "snoozeUntil", message }],
      });
    }
    request.snoozedUntil = until;
    return { status: 200, body: show(desk, request) };
  });

  kit.serve(routes.consentToLogRequest, async ({ params, body, caller }) => {
    const request = find(desk, params.requestId, caller.userId);
    const first = !request.consent;
    if (request.consent) requireSame(request, body);
    else record(desk, request, body, caller.userId);
    const away = request.state === "consented" && desk.storeAway;
    return {
      status: first ? 201 : 200,
      ...(away ? { headers: { "Retry-After": "2" } } : {}),
      body: {
        requestId: request.id,
        state: request.state,
        decision: body.decision,
        decidedAt: formatTime(request.consent?.decidedAt ?? desk.now()),
        ...(request.uploadBy === undefined ? {} : { uploadBy: formatTime(request.uploadBy) }),
        files: request.files.map(render),
        links:
          request.state === "consented" && !away
            ? request.files.filter(isAnnounced).map((file) => linkOf(desk, file))
            : [],
      },
    };
  });

  kit.serve(routes.withdrawConsent, async ({ params, body, caller }) => {
    const request = find(desk, params.requestId, caller.userId);
    requireKnownFiles(request.files as LogFile[], body.fileIds);
    const meant = (file: DeskFile) => body.fileIds?.includes(file.id) ?? true;
    const left = request.files.filter((file) => !meant(file) && isStanding(file));
    if (left.length === 0) {
      move(request, { type: "withdraw" });
      if (request.consent) request.consent = { ...request.consent, withdrawnAt: desk.now() };
    }
    request.files = request.files.map((file) =>
      meant(file) && isStanding(file) ? { ...file, state: "deleted", reason: "withdrawn" } : file,
    );
    return {
      status: 200,
      body: { requestId: request.id, state: request.state, files: request.files.map(render), downloadedBefore: [] },
    };
  });
}

function serveUploading(kit: HttpKit, desk: Desk): void {
  kit.serve(routes.createUploadLinks, async ({ params, body, caller }) => {
    const request = find(desk, params.requestId, caller.userId);
    if (request.state !== "consented")
      throw new Problem(request.files.length > 0 ? "request_closed" : "not_consented", {
        detail: request.files.length > 0 ? `Nothing more is taken: the request is ${request.state}.` : "Share first.",
        extra: { state: request.state },
      });
    requireKnownFiles(request.files as LogFile[], body.fileIds);
    if (desk.storeAway) throw new Problem("blob_store_unavailable", { retryAfterSeconds: 2 });
    const asked = request.files.filter(({ id }) => body.fileIds?.includes(id) ?? true);
    const there = asked.filter(({ blob, uploadedAt }) => blob || uploadedAt !== undefined).map(({ id }) => id);
    const open = asked.filter((file) => isAnnounced(file) && !there.includes(file.id));
    return { status: 200, body: { links: open.map((file) => linkOf(desk, file)), there } };
  });

  kit.serve(routes.completeUploads, async ({ params, body, caller }) => {
    const request = find(desk, params.requestId, caller.userId);
    if (request.files.length === 0) throw new Problem("not_consented", { extra: { state: request.state } });
    requireKnownFiles(
      request.files as LogFile[],
      body.files.map(({ fileId }) => fileId),
      "files",
    );
    const outcomes = new Map(body.files.map(({ fileId, outcome }) => [fileId, outcome]));
    for (const file of request.files) {
      const standing = file.uploadedAt === undefined ? (file.state === "missing" ? "given_up" : undefined) : "uploaded";
      const told = outcomes.get(file.id);
      if (told !== undefined && standing !== undefined && told !== standing) throw new Problem("file_outcome_stands");
    }
    if (request.state === "consented") {
      request.files = request.files.map((file): DeskFile => {
        const outcome = isAnnounced(file) ? outcomes.get(file.id) : undefined;
        if (outcome === undefined) return file;
        return outcome === "uploaded"
          ? { ...file, state: "uploaded", uploadedAt: desk.now() }
          : { ...file, state: "missing", reason: "given_up" };
      });
      const open = request.files.filter(isAnnounced).length;
      move(request, {
        type: "complete",
        open,
        uploaded: request.files.filter(({ state }) => state === "uploaded").length,
      });
    }
    const { id: requestId, state, files } = request;
    return { status: 200, body: { requestId, state, fileCounts: countFiles(files), files: files.map(render) } };
  });
}

/** Whose a scenario's request is shows with its first caller; whoever comes later is another person. */
function isOwn(desk: Desk, request: DeskRequest, userId: string): boolean {
  settle(desk, request);
  if (request === desk.request) request.userId ??= userId;
  return request.userId === userId;
}

/** What verify does: each file is held against what was announced, by the time that anybody asks. */
function settle(desk: Desk, request: DeskRequest): void {
  if (request.state !== "uploaded") return;
  request.files = request.files.map((file): DeskFile => {
    if (file.state !== "uploaded") return file;
    if (file.blob?.sha256 !== file.sha256)
      return { ...file, state: file.blob ? "refused" : "missing", reason: file.blob ? "hash_differs" : "not_uploaded" };
    return { ...file, state: "linked", deleteAfter: desk.now() + RETENTION_DAYS * DAY_MS };
  });
  const linked = request.files.filter(({ state }) => state === "linked").length;
  move(request, { type: "settled", open: 0, linked });
}

function find(desk: Desk, requestId: string, userId: string): DeskRequest {
  const request = desk.requests.get(requestId.toLowerCase());
  if (!request || !isOwn(desk, request, userId)) throw new Problem("not_found");
  return request;
}

function record(
  desk: Desk,
  request: DeskRequest,
  body: NonNullable<DeskRequest["consent"]>["given"],
  userId: string,
): void {
  const wanted = CONSENT_TEXTS.find(
    ({ version, locale }) => version === body.consentText.version && locale === body.consentText.locale,
  );
  const before = { state: request.state };
  if (isOpen(before.state)) {
    if (!wanted || hashText(wanted.text) !== body.consentText.sha256)
      throw new Problem("unknown_consent_text", {
        detail: "The answer names a text, or a hash of it, that was not served.",
      });
    const beyond = beyondRequest(
      body.files.map((file) => ({ ...file, modifiedAt: 0, coversFrom: 0, coversTo: 0 })),
      { ...request, maxBytes: MAX_BYTES, maxFiles: MAX_FILES },
    );
    if (beyond.length > 0)
      throw new Problem("consent_exceeds_request", {
        detail: beyond.map(({ message }) => message).join(" "),
        details: beyond,
      });
    const owner = body.installationId === undefined ? undefined : desk.installations.get(body.installationId);
    if (owner && owner.userId !== userId) throw new Problem("installation_not_of_user");
  }
  move(request, body.decision === "share" ? { type: "share", files: body.files.length } : { type: "decline" });
  request.consent = { given: body, decidedAt: desk.now() };
  if (request.state === "consented") request.uploadBy = desk.now() + UPLOAD_BY_SECONDS * 1000;
  request.files = body.files.map(({ collector, name, sizeBytes, sha256 }) => ({
    id: randomUUID(),
    collector,
    name: name.normalize("NFC"),
    sizeBytes,
    sha256,
    state: "announced",
  }));
}

function requireSame({ consent, state }: DeskRequest, body: NonNullable<DeskRequest["consent"]>["given"]): void {
  const recorded = consent?.given;
  if (
    recorded &&
    sameAnswer(
      { ...recorded, textVersion: recorded.consentText.version },
      { ...body, textVersion: body.consentText.version },
    )
  )
    return;
  throw new Problem("already_answered", {
    detail: `The recorded answer is '${recorded?.decision}'.`,
    extra: { decision: recorded?.decision, decidedAt: formatTime(consent?.decidedAt ?? 0), state },
  });
}

function show(desk: Desk, request: DeskRequest, locale?: string): DeviceLogRequest {
  const language = locale?.toLowerCase().split("-")[0];
  const { version, locale: spoken, text } = CONSENT_TEXTS.find((one) => one.locale === language) ?? CONSENT_TEXTS[0];
  const asked = {
    reason: REASON,
    collectors: request.collectors,
    ...(request.uploadBy === undefined ? {} : { uploadBy: request.uploadBy }),
  };
  return {
    id: request.id,
    state: request.state,
    ...(request.rejectReason ? { rejectReason: request.rejectReason } : {}),
    ticketNumber: TICKET_NUMBER,
    reason: REASON,
    collectors: [...request.collectors],
    maxBytes: MAX_BYTES,
    maxFiles: MAX_FILES,
    answerBy: formatTime(request.answerBy),
    ...(request.uploadBy === undefined ? {} : { uploadBy: formatTime(request.uploadBy) }),
    ...(request.snoozedUntil === undefined ? {} : { snoozedUntil: formatTime(request.snoozedUntil) }),
    retentionDays: RETENTION_DAYS,
    consentText: { version, locale: spoken, text, sha256: hashText(text) },
    consentValues: consentValues(
      asked,
      TICKET_NUMBER,
      SETTINGS,
      { locale: spoken, labels: labelsOf(desk) },
      desk.now(),
    ),
    ...(request.consent ? { decision: request.consent.given.decision } : {}),
    files: request.files.map(render),
    createdAt: formatTime(request.createdAt),
    ...(desk.scenario.fromTheFuture && request === desk.request ? { weather: { degrees: 21 } } : {}),
  };
}

/** What a later version may list: a state and members that this one does not name. */
function ofTheFuture(desk: Desk, known: object): object {
  return { ...known, id: desk.strangerId, state: "pondered", ponderedAt: formatTime(desk.now()) };
}

function linkOf(desk: Desk, { id, sizeBytes }: DeskFile) {
  const upload = sizeBytes > (desk.scenario.blocksOverBytes ?? Infinity) ? "blocks" : "single";
  const expiresAt = desk.now() + UPLOAD_LINK_TTL_SECONDS * 1000;
  const query = new URLSearchParams({
    sv: "2026-04-06",
    sr: "b",
    sp: "c",
    se: formatTime(expiresAt),
    age: String(desk.linkAge),
    upload,
    sig: randomUUID(),
  });
  return {
    fileId: id,
    url: `${desk.address}/blobs/${id}?${query.toString()}`,
    headers: headersOf(upload),
    upload,
    expiresAt: formatTime(expiresAt),
  };
}

function render(file: DeskFile) {
  return renderDeviceFile(file as LogFile);
}

function isAnnounced({ state }: DeskFile): boolean {
  return state === "announced";
}

function isStanding({ state }: DeskFile): boolean {
  return state === "announced" || state === "uploaded" || state === "linked";
}

function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What the app calls its logs; of several installs, the latest's words. */
function labelsOf({ installations }: Desk): ReadonlyMap<string, string> {
  return new Map(
    [...installations.values()].flatMap(({ collectors }) =>
      collectors.flatMap(({ name, label }) => (label === undefined ? [] : [[name, label] as const])),
    ),
  );
}
