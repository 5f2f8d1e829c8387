import { announce } from "./announce-file.ts";
import type { ApiClient } from "./api-client.ts";
import { BeckonError, hasCode } from "./beckon-error.ts";
import type { ReportJournal } from "./carry-out-report.ts";
import { freezeRequest } from "./freeze-request.ts";
import type { Collector } from "./frozen-file.ts";
import type { Issue, OfferedReport, OwnFile, ReportReview, ReportScope, ReportsOptions } from "./reports.ts";
import { newKey } from "./new-key.ts";
import { type ChosenFile, createReviews } from "./reviews.ts";
import type { Hasher } from "./sha256.ts";
import type { BeckonStorage } from "./storage.ts";
import type { LeftOut } from "./wire.ts";
import type { ReportTerms } from "./wire-reports.ts";

const TERMS = "beckon/report-terms/";

/** Nobody looks at a report longer than this. */
const REVIEW_MS = 24 * 60 * 60 * 1000;

/** What a review is made of: the server's terms, and where its files are found. */
interface Offered extends OfferedReport, ReportTerms {
  readonly collectors: string[];
  readonly window: { from: string; to: string } | undefined;
  readonly sources: readonly Collector[];
  readonly incidentId: string | undefined;
  /** What was left out when the incident was marked. */
  readonly alsoLeftOut: readonly LeftOut[];
}

/** What the user saw and ticked. */
export interface TakenReview {
  readonly request: Offered;
  readonly chosen: readonly ChosenFile[];
  readonly leftOut: readonly LeftOut[];
}

export interface ReportReviews {
  open(scope?: ReportScope): Promise<ReportReview>;
  /** @returns undefined for a report without files. @throws BeckonError `not_reviewed`, `file_unreadable` */
  take(key: string, issue: Issue): Promise<TakenReview | undefined>;
  close(key: string): Promise<void>;
  isOpen(key: string): boolean;
  newKey(): string;
  /** Fetches the terms, so that there are some where there is no connection. */
  refresh(): Promise<unknown>;
}

/** What users are looking at before they report: files of collectors, of an incident, or the app's own. */
export function createReportReviews({
  api,
  storage,
  journal,
  collectors,
  incidents,
  connection,
  createHasher,
  signal,
  locale = Intl.DateTimeFormat().resolvedOptions().locale,
}: Pick<ReportsOptions, "collectors" | "incidents" | "connection" | "locale"> & {
  readonly api: ApiClient;
  readonly storage: BeckonStorage;
  readonly journal: ReportJournal;
  readonly createHasher: () => Hasher;
  readonly signal: AbortSignal;
}): ReportReviews {
  const scopes = new Map<string, ReportScope>();
  const reviews = createReviews<Offered>({
    freezeFor: (offered) => freezeRequest(offered, offered.sources, signal),
    createHasher,
    canWaitForUnmetered: connection !== undefined,
    readOpen: (key) => offer(key, scopes.get(key) ?? {}),
    onFrozen(key, { files }) {
      // What collectors keep themselves, they let go at a start unless somebody says that it is needed.
      const saved = files.map(({ file }) => ({ saved: file.saved }));
      if (saved.every((one) => one.saved === undefined)) return;
      const consent = { files: files.map(({ shown }) => announce(shown, "")) };
      const until = api.serverNow() + REVIEW_MS;
      void journal
        .save({ requestId: key, consent, files: saved, recorded: false, until, isReview: true })
        .catch(() => {});
    },
  });

  async function fetchTerms(): Promise<ReportTerms> {
    const { body } = await api.call<ReportTerms>("GET", `/v1/me/report-terms?locale=${encodeURIComponent(locale)}`);
    await storage.set(TERMS + locale, JSON.stringify(body)).catch(() => {});
    return body;
  }

  async function readTerms(): Promise<ReportTerms> {
    try {
      return await fetchTerms();
    } catch (error) {
      const kept = hasCode(error, "network", "no_token") ? await storage.get(TERMS + locale) : undefined;
      if (typeof kept !== "string") throw error;
      return JSON.parse(kept) as ReportTerms;
    }
  }

  async function offer(
    key: string,
    { collectors: names, window, incidentId, files = [] }: ReportScope,
  ): Promise<Offered> {
    const terms = await readTerms();
    const incident = (await incidents?.incidents())?.find(({ id }) => id === incidentId);
    const frozen = incident && (await incidents?.openIncident(incident.id));
    const ofMoment = frozen?.map((file, index): OwnFile => ({ ...incident!.files[index]!, file })) ?? [];
    const brought = [...ofMoment, ...files];
    const wanted = names ?? (incidentId !== undefined || files.length > 0 ? [] : collectors.map(({ name }) => name));
    const asked = [...new Set([...brought.map(({ collector }) => collector), ...wanted])];
    return {
      ...terms,
      id: key,
      collectors: asked,
      window: window && { from: window.from.toISOString(), to: window.to.toISOString() },
      sources: asked.flatMap((name) => {
        const found = wanted.includes(name) ? collectors.find((one) => one.name === name) : undefined;
        return sourceOf(name, brought, found) ?? [];
      }),
      incidentId: frozen && incidentId,
      alsoLeftOut: incident?.leftOut ?? [],
    };
  }

  return {
    async open(scope = {}) {
      const key = newKey();
      scopes.set(key, scope);
      return reviews.open(key);
    },
    async take(key, issue) {
      if (!issue.review) {
        const { collectors: names, incidentId, files } = issue;
        if (!names && incidentId === undefined && !files) return undefined;
        scopes.set(key, issue);
        await reviews.open(key);
      }
      if (!scopes.has(key)) throw new BeckonError("not_reviewed", "This review is over: review() again.");
      const taken = await reviews.take(key, issue.review ? issue.files : undefined);
      scopes.delete(key);
      return taken;
    },
    async close(key) {
      if (!scopes.delete(key)) return;
      await reviews.close(key);
      const held = await journal.find(key);
      if (held?.isReview) await journal.end(held);
    },
    isOpen: (key) => scopes.has(key),
    newKey,
    refresh: fetchTerms,
  };
}

/** Files that are there already, and before them what a collector finds now. */
function sourceOf(name: string, brought: readonly OwnFile[], collector: Collector | undefined): Collector | undefined {
  const own = brought.filter((one) => one.collector === name);
  if (!own[0]) return collector;
  return {
    name,
    label: own[0].label,
    collect: async (request) => [...((await collector?.collect(request)) ?? []), ...own.map(({ file }) => file)],
  };
}
