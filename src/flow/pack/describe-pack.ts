import type { PackManifest } from "#contract/packs.ts";
import { formatTime } from "#contract/primitives.ts";
import { renderAgentUpload } from "#contract/render-agent-upload.ts";
import { renderFile } from "#contract/render-file.ts";
import { renderLogRequest, renderLogRequestDetail } from "#contract/render-log-request.ts";
import { renderReport } from "#contract/render-report.ts";
import { renderTicket } from "#contract/render-ticket.ts";
import type { AgentUpload } from "#domain/agent-upload.ts";
import type { Consent, ConsentText } from "#domain/consent.ts";
import type { OwnerRef } from "#domain/file-owner.ts";
import { countFiles, type LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import type { Report } from "#domain/report.ts";
import type { Ticket } from "#domain/ticket.ts";
import type { Installation } from "#domain/user.ts";
import type { Moment } from "#domain/vocabulary.ts";
import type { PublicUrl } from "#http/next-link.ts";
import type { Page, PageQuery, Store } from "#ports/store.ts";

type NotPacked = NonNullable<PackManifest["files"][number]["notPacked"]>;

/** What went into a zip, by the file's id. */
export type Packed = ReadonlyMap<string, { readonly path: string; readonly at: Moment }>;

export interface DescribePack {
  readonly store: Store;
  readonly publicUrl: PublicUrl;
}

const ROWS_AT_ONCE = 100;

/** Everything that is known of a ticket's evidence, as it stands now, and what of it is in the zip. */
export async function describePack(
  { store, publicUrl }: DescribePack,
  ticket: Ticket,
  files: readonly LogFile[],
  packed: Packed,
  by: { readonly agentId: string; readonly at: Moment },
): Promise<PackManifest> {
  const ticketId = ticket.id;
  const [requests, reports, agentUploads] = await Promise.all([
    allOf((page) => store.requests.list({ ticketId, ...page })),
    allOf((page) => store.reports.list({ ticketId, ...page })),
    allOf((page) => store.agentUploads.list({ ticketId, ...page })),
  ]);
  const consents = await consentsOf(store, [
    ...requests.map(({ id }) => ({ kind: "request", id }) as const),
    ...reports.map(({ id }) => ({ kind: "report", id }) as const),
    ...agentUploads.map(({ id }) => ({ kind: "agent_upload", id }) as const),
  ]);
  const texts = await textsOf(store, [...consents.values()]);
  const installations = await installationsOf(store, [...requests, ...reports, ...consents.values()]);
  const filesOf = (ownerId: string) => files.filter((file) => file.ownerId === ownerId);
  const fileUrl = (fileId: string) => publicUrl.to(`/files/${fileId}`);

  const describeRequest = async (request: LogRequest) => {
    const consent = consents.get(request.id);
    const shown = renderLogRequest(
      request,
      countFiles(filesOf(request.id)),
      publicUrl.to(`/log-requests/${request.id}`),
    );
    const consentText = consent?.text && texts.get(textKey(consent.text));
    const pushes = await store.pushes.ofRequest(request.id);
    const { files: _apart, ...rest } = renderLogRequestDetail(shown, {
      consent,
      consentText,
      files: [],
      fileUrl,
      pushes,
    });
    return rest;
  };
  const describeReport = (report: Report) => {
    const consent = consents.get(report.id);
    if (!consent) throw new Error(`Report ${report.id} has no consent`);
    const { files: _apart, ...rest } = renderReport(report, { consent, files: filesOf(report.id), fileUrl });
    return rest;
  };
  const describeAgentUpload = (upload: AgentUpload) => {
    const leftOut = consents.get(upload.id)?.leftOut ?? [];
    const { files: _apart, ...rest } = renderAgentUpload(upload, { leftOut, files: [], fileUrl });
    return rest;
  };

  return {
    type: "beckon.pack",
    v: 1,
    createdAt: formatTime(by.at),
    createdBy: by.agentId,
    ticket: renderTicket(ticket, publicUrl.to(`/tickets/${ticketId}`)),
    callIds: distinct([
      ...ticket.callIds,
      ...ticket.participants.map(({ callId }) => callId),
      ...reports.flatMap(({ callIds }) => callIds),
      ...agentUploads.flatMap(({ callIds }) => callIds),
    ]),
    participantIds: distinct(reports.map(({ participantId }) => participantId)),
    surveyIds: distinct(reports.map(({ surveyId }) => surveyId)),
    sdkVersions: distinct(reports.map(({ sdkVersion }) => sdkVersion)),
    installations: installations.map(renderInstallation),
    requests: await inTurn(requests.toReversed(), describeRequest),
    reports: reports.toReversed().map(describeReport),
    agentUploads: agentUploads.toReversed().map(describeAgentUpload),
    consentTexts: [...texts.values()].map(({ version, locale, sha256, text }) => ({ version, locale, sha256, text })),
    files: files.map((file) => {
      const inZip = packed.get(file.id);
      return {
        ...renderFile(file, fileUrl(file.id)),
        ...(inZip ? { path: inZip.path, packedAt: formatTime(inZip.at) } : { notPacked: whyNot(file) }),
      };
    }),
  };
}

function whyNot({ state }: LogFile): NotPacked {
  switch (state) {
    case "announced":
    case "uploaded":
      return "under_way";
    case "linked":
      return "unreadable";
    case "refused":
    case "missing":
    case "deleted":
      return state;
  }
}

async function allOf<T>(list: (page: PageQuery) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let after: string | undefined; ;) {
    const page: Page<T> = await list({ limit: ROWS_AT_ONCE, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    if (page.next === undefined) return items;
    after = page.next;
  }
}

/** By the id of the request, report or agent upload. One after the other: a pack has time, and others want the database too. */
async function consentsOf(store: Store, owners: readonly OwnerRef[]): Promise<Map<string, Consent>> {
  const consents = new Map<string, Consent>();
  for (const owner of owners) {
    const consent = await store.consents.ofOwner(owner);
    if (consent) consents.set(owner.id, consent);
  }
  return consents;
}

const textKey = ({ version, locale }: Pick<ConsentText, "version" | "locale">) => `${version} ${locale}`;

async function textsOf(store: Store, consents: readonly Consent[]): Promise<Map<string, ConsentText>> {
  const texts = new Map<string, ConsentText>();
  for (const { text } of consents) {
    if (!text || texts.has(textKey(text))) continue;
    const known = await store.consentTexts.find(text.version, text.locale);
    if (known) texts.set(textKey(text), known);
  }
  return texts;
}

async function installationsOf(
  store: Store,
  named: readonly { readonly installationId?: string }[],
): Promise<Installation[]> {
  const found = await inTurn(distinct(named.map(({ installationId }) => installationId)), (id) =>
    store.installations.find(id),
  );
  return found.filter((installation) => installation !== undefined);
}

function renderInstallation(given: Installation): PackManifest["installations"][number] {
  return {
    id: given.id,
    userId: given.userId,
    platform: given.platform,
    ...(given.appVersion === undefined ? {} : { appVersion: given.appVersion }),
    ...(given.osVersion === undefined ? {} : { osVersion: given.osVersion }),
    ...(given.sdkVersion === undefined ? {} : { sdkVersion: given.sdkVersion }),
    ...(given.model === undefined ? {} : { model: given.model }),
  };
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

async function inTurn<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const done: To[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}
