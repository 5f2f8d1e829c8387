import { applyVerdict } from "#domain/apply-verdict.ts";
import { beyondRequest, sameAnswer, type Consent, type LeftOut } from "#domain/consent.ts";
import { endAsking } from "#domain/end-asking.ts";
import { requestFact, type Fact } from "#domain/facts.ts";
import { transition } from "#domain/lifecycle.ts";
import { coverageOf, type AnnouncedFile, type LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { isOpen, type Actor, type Decision, type Moment } from "#domain/vocabulary.ts";
import { findOwnRequest } from "#http/find-own-request.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Store, Transaction } from "#ports/store.ts";
import { collectorLabels } from "./collector-labels.ts";
import { consentValues, shownValues, type ConsentSettings } from "./consent-values.ts";
import { lastZoneOf } from "./reading-locale.ts";

/** What a user decided, and the words they decided on. */
export interface GivenAnswer {
  readonly decision: Decision;
  readonly text: { readonly version: string; readonly locale: string; readonly sha256: string };
  readonly installationId?: string;
  readonly deviceNow: Moment;
  /** What the device put in the placeholders that only it can fill. */
  readonly shown?: Readonly<Record<string, string>>;
  readonly files: readonly AnnouncedFile[];
  readonly leftOut: readonly LeftOut[];
}

export interface AnswerRequest {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: ConsentSettings;
}

export interface RecordedAnswer {
  readonly request: LogRequest;
  readonly consent: Consent;
  readonly files: readonly LogFile[];
  /** False when an equal answer was recorded before. */
  readonly first: boolean;
}

/**
 * Records a user's answer, once and for good: the consent with what was shown, the files that it names, the state, and the
 * closing of the prompt everywhere, all or nothing.
 *
 * @throws not_found, already_answered, request_closed, unknown_consent_text, consent_exceeds_request, conflict
 */
export async function answerRequest(
  deps: AnswerRequest,
  caller: { readonly userId: string; readonly installationId?: string },
  requestId: string,
  answer: GivenAnswer,
): Promise<RecordedAnswer> {
  const actor: Actor = { kind: "user", id: caller.userId };
  const outcome = await retryConflicts(() =>
    deps.store.transaction(async (tx) => {
      const request = await findOwnRequest(tx, caller, requestId);
      const recorded = await tx.consents.ofOwner({ kind: "request", id: requestId });
      if (recorded) return replay(tx, request, recorded, answer);
      if (isOpen(request.state) && deps.clock.now() >= request.answerBy) return expireNow(deps, tx, request);
      return record(deps, tx, request, answer, actor);
    }),
  );
  if (outcome === "too_late") {
    throw new Problem("request_closed", { detail: "The time to answer is over.", extra: { state: "expired" } });
  }
  return outcome;
}

async function replay(
  tx: Transaction,
  request: LogRequest,
  consent: Consent,
  answer: GivenAnswer,
): Promise<RecordedAnswer> {
  const files = await tx.files.ofOwner(request.id);
  const before = { decision: consent.decision, textVersion: consent.text?.version, files };
  if (!sameAnswer(before, { decision: answer.decision, textVersion: answer.text.version, files: answer.files })) {
    throw new Problem("already_answered", {
      detail: `The recorded answer is '${consent.decision}'.`,
      extra: { decision: consent.decision, decidedAt: new Date(consent.decidedAt).toISOString(), state: request.state },
    });
  }
  return { request, consent, files, first: false };
}

/** The deadline job has not come by yet: what it would do is done now, so that the prompts come down. */
async function expireNow(
  { clock, ids }: AnswerRequest,
  tx: Transaction,
  request: LogRequest,
): Promise<"too_late" | "conflict"> {
  const expired = endAsking(request, {
    at: clock.now(),
    actor: { kind: "system", id: "answer" },
    roundId: ids.next(),
  });
  if (!expired) return "too_late";
  if (!(await tx.requests.save(expired.request, { ifVersion: request.version }))) return "conflict";
  await tx.append([expired.fact]);
  return "too_late";
}

async function record(
  deps: AnswerRequest,
  tx: Transaction,
  request: LogRequest,
  answer: GivenAnswer,
  actor: Actor,
): Promise<RecordedAnswer | "conflict"> {
  const { clock, ids, settings } = deps;
  const verdict = transition(
    request,
    answer.decision === "share" ? { type: "share", files: answer.files.length } : { type: "decline" },
  );
  if (!verdict.ok)
    throw new Problem(verdict.problem, { detail: `The request is ${request.state}.`, extra: { state: request.state } });
  if (!verdict.changed) throw new Problem("request_closed", { extra: { state: request.state } });
  await requireKnownText(tx, answer);
  const beyond = beyondRequest(answer.files, request);
  if (beyond.length > 0) {
    throw new Problem("consent_exceeds_request", {
      detail: beyond.map(({ message }) => message).join(" "),
      details: beyond,
    });
  }
  if (answer.installationId !== undefined) await requireOwnInstallation(tx, request, answer.installationId);
  // One after the other: a transaction is one connection, which answers one question at a time.
  const ticket = await tx.tickets.find(request.ticketId);
  const user = await tx.users.find(request.userId);
  const labels = await collectorLabels(tx, request);
  const timeZone = user?.timeZone ?? (await lastZoneOf(tx, request.userId));

  const now = clock.now();
  const reader = { locale: answer.text.locale, timeZone, labels };
  const ours = consentValues(request, ticket?.number ?? 0, settings, reader, now);
  const roundId = ids.next();
  const answered: LogRequest = {
    ...applyVerdict(request, verdict, { at: now, closingRoundId: roundId }),
    ...(verdict.state === "consented" ? { uploadBy: now + settings.uploadBySeconds * 1000 } : {}),
  };
  if (!(await tx.requests.save(answered, { ifVersion: request.version }))) return "conflict";
  const consent: Consent = {
    id: ids.next(),
    basis: "request",
    requestId: request.id,
    ticketId: request.ticketId,
    userId: request.userId,
    ...(answer.installationId === undefined ? {} : { installationId: answer.installationId }),
    decision: answer.decision,
    text: answer.text,
    shown: shownValues(ours, answer.files, answer.shown),
    leftOut: answer.leftOut,
    decidedAt: now,
    deviceNow: answer.deviceNow,
  };
  await tx.consents.record(consent);
  await tx.consentTexts.markUsed(answer.text.version, answer.text.locale, now);
  const files = answer.files.map((file): LogFile => ({
    ...file,
    id: ids.next(),
    ownerId: request.id,
    ownerKind: "request",
    ticketId: request.ticketId,
    consentId: consent.id,
    state: "announced",
    coverage: coverageOf(file, request.window),
    verifyAttempt: 0,
  }));
  if (files.length > 0) await tx.files.add(files);
  await tx.append([factOf(answered, consent, files, { at: now, actor, roundId })]);
  return { request: { ...answered, version: request.version + 1 }, consent, files, first: true };
}

function factOf(
  request: LogRequest,
  consent: Consent,
  files: readonly LogFile[],
  base: Pick<Fact, "at" | "actor"> & { roundId: string },
): Fact {
  const type =
    consent.decision === "decline"
      ? "request.declined"
      : request.state === "rejected"
        ? "request.rejected"
        : "request.consented";
  return requestFact(request, {
    ...base,
    type,
    data: {
      consentId: consent.id,
      ...(consent.text && { textVersion: consent.text.version, locale: consent.text.locale }),
      files: files.length,
      bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      ...(consent.leftOut.length > 0 ? { leftOut: consent.leftOut.length } : {}),
      ...(request.rejectReason ? { reason: request.rejectReason } : {}),
    },
  });
}

async function requireKnownText(tx: Transaction, { text }: GivenAnswer): Promise<void> {
  const known = await tx.consentTexts.find(text.version, text.locale);
  if (known?.sha256 === text.sha256) return;
  const message = known
    ? `must be ${known.sha256}, the hash of the text '${text.version}' in '${text.locale}' with its placeholders unfilled`
    : `names no registered text: '${text.version}' in '${text.locale}'`;
  throw new Problem("unknown_consent_text", {
    detail: `consentText ${message}.`,
    details: [{ target: "consentText", message }],
  });
}

async function requireOwnInstallation(tx: Transaction, request: LogRequest, installationId: string): Promise<void> {
  const installation = await tx.installations.find(installationId);
  // One that is not registered, because its user wants no pushes or the app could not yet, may answer all the same.
  if (installation && installation.userId !== request.userId) throw new Problem("installation_not_of_user");
  if (request.installationId !== undefined && request.installationId !== installationId) {
    throw new Problem("installation_not_of_user", { detail: "Another of this user's installations was asked." });
  }
}
