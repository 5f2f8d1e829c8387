/** What the form holds, and how it becomes a request. Plain values: no screen, no clock of its own. */
import type { Draft } from "#console/api/queries.ts";
import type { Installation, LogRequestDetail, Report, Template } from "#console/api/shapes.ts";

export type WindowChoice = "any" | "1" | "24" | "168" | "own";

export interface Ask {
  readonly installationId: string;
  readonly templateId: string;
  readonly reason: string;
  readonly collectors: readonly string[];
  readonly windowHours: WindowChoice;
  /** As `datetime-local` gives it: in the agent's zone. */
  readonly from: string;
  readonly to: string;
  readonly maxMegabytes: string;
  readonly answerByHours: string;
}

const MB = 1_000_000;
const HOUR_MS = 60 * 60 * 1000;

export interface CollectorChoice {
  readonly name: string;
  readonly label: string;
  readonly typicalSizeBytes?: number;
}

/** What these installations can produce, each once. */
export function collectorsOf(installations: readonly Installation[]): CollectorChoice[] {
  const all = new Map<string, CollectorChoice>();
  for (const { collectors } of installations) {
    for (const { name, label, typicalSizeBytes } of collectors) {
      const size = Math.max(all.get(name)?.typicalSizeBytes ?? 0, typicalSizeBytes ?? 0);
      all.set(name, { name, label: label ?? name, ...(size > 0 ? { typicalSizeBytes: size } : {}) });
    }
  }
  return [...all.values()];
}

/**
 * The installation from which a call of the ticket was made, as the newest report of such a call says; undefined where this
 * person reported none. @param reports of the ticket, newest first
 */
export function callMakerOf(
  reports: readonly Pick<Report, "userId" | "installationId" | "callIds">[],
  userId: string,
  callIds: readonly string[],
): string | undefined {
  return reports.find(
    (report) =>
      report.userId === userId &&
      report.installationId !== undefined &&
      report.callIds.some((callId) => callIds.includes(callId)),
  )?.installationId;
}

export interface Suggestion {
  readonly installationId: string;
  readonly why: "madeCall" | "usedLast";
}

/** The one that made the call, for it has the logs; else the one that was used last and lets notifications through. */
export function suggestInstallation(
  installations: readonly Installation[],
  callMakerId: string | undefined,
): Suggestion | undefined {
  const maker = installations.find(({ id }) => id === callMakerId);
  if (maker) return { installationId: maker.id, why: "madeCall" };
  const last = installations
    .filter(({ notificationsAllowed }) => notificationsAllowed !== false)
    .toSorted((one, other) => other.lastSeenAt.localeCompare(one.lastSeenAt))[0];
  return last && { installationId: last.id, why: "usedLast" };
}

/** After so long without a word from an app, it may be gone from the device. */
const STALE_MS = 30 * 24 * HOUR_MS;

export type Reachability = "none" | "muted" | "stale" | "fine";

/** Whether a push can be expected to be noticed. Nothing of this ends a request: the app asks for itself at each start. */
export function reachabilityOf(installations: readonly Installation[], now: number): Reachability {
  if (installations.length === 0) return "none";
  const recent = installations.filter(({ lastSeenAt }) => now - Date.parse(lastSeenAt) < STALE_MS);
  if (recent.length === 0) return "stale";
  return recent.every(({ notificationsAllowed }) => notificationsAllowed === false) ? "muted" : "fine";
}

/** `de` of `de-AT`. */
export function languageOfTag(tag: string | undefined): string | undefined {
  return tag?.split("-")[0]?.toLowerCase();
}

/** A template's words in the user's language, else in English, else in any. */
export function templateText(template: Template, locale: string | undefined) {
  const entries = Object.entries(template.texts);
  const inLanguage = (language: string | undefined) =>
    entries.find(([tag]) => tag === locale)?.[1] ?? entries.find(([tag]) => languageOfTag(tag) === language)?.[1];
  const text = inLanguage(languageOfTag(locale));
  return { text: text ?? inLanguage("en") ?? entries[0]?.[1], isTranslated: text !== undefined };
}

/**
 * What a form starts with: the request that is asked again, or the defaults.
 * @param only of the copied collectors those that are still wanted
 */
export function startAsk(copied: LogRequestDetail | undefined, answerByHours: number, only?: readonly string[]): Ask {
  return {
    installationId: copied?.installationId ?? "",
    templateId: "",
    reason: copied?.reason ?? "",
    collectors: only ?? copied?.collectors ?? [],
    windowHours: copied ? "any" : "24",
    from: "",
    to: "",
    maxMegabytes: String(Math.max(1, Math.round((copied?.maxBytes ?? 50 * MB) / MB))),
    answerByHours: String(answerByHours),
  };
}

export function windowOf(ask: Ask, now: number): { from: string; to: string } | undefined {
  if (ask.windowHours === "any") return undefined;
  if (ask.windowHours === "own") {
    if (ask.from === "" || ask.to === "") return undefined;
    return { from: new Date(ask.from).toISOString(), to: new Date(ask.to).toISOString() };
  }
  return { from: new Date(now - Number(ask.windowHours) * HOUR_MS).toISOString(), to: new Date(now).toISOString() };
}

/** For the preview: at the full minute, as the prompt says times, so that a new one is asked for once a minute and not at every tick. */
export function draftOf(ask: Ask, userId: string, ticketId: string, now: number): Draft {
  const rounded = Math.floor(now / 60_000) * 60_000;
  const window = windowOf(ask, rounded);
  return {
    userId,
    ticketId,
    ...(ask.installationId === "" ? {} : { installationId: ask.installationId }),
    collectors: ask.collectors,
    ...(window ? { window } : {}),
  };
}

export type Missing = "reason" | "collectors" | "window";
export type FieldName = Missing | "maxBytes" | "answerBy" | "installation";

/** Which field of the form a part of a refused body stands for: `window.from` is `window`, `collectors[0]` is `collectors`. */
export function fieldOf(target: string): FieldName | undefined {
  const [name = ""] = target.split(/[.[]/);
  if (name === "installationId") return "installation";
  return (["reason", "collectors", "window", "maxBytes", "answerBy"] as const).find((known) => known === name);
}

export function whatIsMissing(ask: Ask): Missing[] {
  const isWindowWrong = ask.windowHours === "own" && (ask.from === "" || ask.to === "" || ask.from > ask.to);
  return [
    ...(ask.reason.trim() === "" ? (["reason"] as const) : []),
    ...(ask.collectors.length === 0 ? (["collectors"] as const) : []),
    ...(isWindowWrong ? (["window"] as const) : []),
  ];
}

export function requestBody(ask: Ask, userId: string, now: number) {
  const window = windowOf(ask, now);
  return {
    userId,
    ...(ask.installationId === "" ? {} : { installationId: ask.installationId }),
    reason: ask.reason.trim(),
    collectors: ask.collectors,
    ...(window ? { window } : {}),
    maxBytes: Number(ask.maxMegabytes) * MB,
    answerBy: new Date(now + Number(ask.answerByHours) * HOUR_MS).toISOString(),
  };
}

/** What is sent again, word for word, where no answer came: the same key with another body, its times for one, would be refused. */
export interface Attempt {
  readonly idempotencyKey: string;
  readonly body: ReturnType<typeof requestBody>;
}
