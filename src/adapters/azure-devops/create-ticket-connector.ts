import type { TicketState } from "#domain/vocabulary.ts";
import { CONNECTOR_TEXTS, type ConnectorLocale } from "#messages/connector-texts.ts";
import type { Clock } from "#ports/clock.ts";
import type { ConnectorAnswer, OutsideItem, TicketConnector } from "#ports/ticket-connector.ts";
import { createCallService, type DevOpsCredential } from "./call-service.ts";
import { CHUNK_BYTES, SIMPLE_MAX_BYTES, uploadAttachment, type UploadSizes } from "./upload-attachment.ts";
import { attachmentId, changePatch, draftPatch, isObject, readWorkItem, titlePrefix } from "./work-item.ts";

export interface TicketConnectorOptions {
  /** `https://dev.azure.com/ORGANIZATION`; a collection of Azure DevOps Server has the same API. */
  readonly organizationUrl: string;
  readonly project: string;
  /** What a ticket becomes, such as `Task` or `Bug`: as the project's process names it. */
  readonly workItemType: string;
  readonly areaPath?: string;
  readonly credential: DevOpsCredential;
  /** Larger files become a hyperlink. */
  readonly attachmentLimitBytes: number;
  /** System.State for a ticket's state, as the process names it. A state that is not here is only told in the history. */
  readonly states: Readonly<Partial<Record<TicketState, string>>>;
  readonly locale: ConnectorLocale;
  readonly clock: Clock;
  /** How long the service may be silent. Default 30 s. */
  readonly timeoutMs?: number;
  /** For tests: chunks without gigabytes. */
  readonly uploadSizes?: UploadSizes;
}

export const AZURE_DEVOPS = "azure-devops";

const DEFAULT_TIMEOUT_MS = 30_000;
/** "Attachments added to a work item: 100". https://learn.microsoft.com/azure/devops/organizations/settings/work/object-limits */
const MAX_ATTACHMENTS = 100;
const PATCH_TYPE = "application/json-patch+json";
const CANDIDATES = 20;
/** The one version that can delete an attachment, and a preview: Attachments - Delete of 7.2. */
const DELETE_VERSION = "7.2-preview.4";

/**
 * Work items of Azure DevOps, by its REST API 7.1: written from Microsoft's reference and its published specification
 * (github.com/MicrosoftDocs/vsts-rest-api-specs), and not run against the service.
 *
 * @throws TypeError when the organization's address is no address
 */
export function createTicketConnector(options: TicketConnectorOptions): TicketConnector {
  const { workItemType, areaPath, attachmentLimitBytes, states, locale } = options;
  const organizationUrl = new URL(options.organizationUrl).href.replace(/\/+$/, "");
  const project = encodeURIComponent(options.project);
  const type = encodeURIComponent(workItemType);
  const call = createCallService({
    organizationUrl,
    credential: options.credential,
    clock: options.clock,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  });
  const sizes = options.uploadSizes ?? { simpleMaxBytes: SIMPLE_MAX_BYTES, chunkBytes: CHUNK_BYTES };

  const webUrlOf = (id: string, itsProject = options.project) =>
    `${organizationUrl}/${encodeURIComponent(itsProject)}/_workitems/edit/${id}`;
  const itemOf = (answer: ConnectorAnswer<unknown>): ConnectorAnswer<OutsideItem> => {
    if (answer.kind !== "done") return answer;
    const item = readWorkItem(answer.value, webUrlOf);
    return item ? { kind: "done", value: item } : UNREADABLE;
  };

  return {
    system: AZURE_DEVOPS,
    limits: { attachmentBytes: attachmentLimitBytes, attachments: MAX_ATTACHMENTS },
    takesState: (state) => states[state] !== undefined,

    async findItem(draft, signal) {
      // Wiql - Query By Wiql gives ids alone; Work Items - List what hangs on them. Only digits of ours are in the query.
      const query = `SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Title] CONTAINS '${titlePrefix(draft)}' ORDER BY [System.Id]`;
      const found = await call(
        {
          method: "POST",
          path: `/${project}/_apis/wit/wiql`,
          query: { $top: String(CANDIDATES) },
          json: { value: { query }, contentType: "application/json" },
        },
        signal,
      );
      if (found.kind !== "done") return found;
      const ids = listOf(found.value, "workItems").flatMap(({ id }) => (Number.isSafeInteger(id) ? [String(id)] : []));
      if (ids.length === 0) return { kind: "done", value: undefined };
      const items = await call(
        {
          method: "GET",
          path: `/${project}/_apis/wit/workitems`,
          query: { ids: ids.join(","), $expand: "relations", errorPolicy: "omit" },
        },
        signal,
      );
      if (items.kind !== "done") return items;
      const candidates = listOf(items.value, "value").map((json) => readWorkItem(json, webUrlOf));
      return { kind: "done", value: candidates.find((item) => item?.holds(draft.webUrl)) };
    },

    async createItem(draft, signal) {
      const value = draftPatch(draft, { areaPath, words: CONNECTOR_TEXTS[locale] });
      const path = `/${project}/_apis/wit/workitems/$${type}`;
      return itemOf(await call({ method: "POST", path, json: { value, contentType: PATCH_TYPE } }, signal));
    },

    async readItem(itemId, signal) {
      const path = `/_apis/wit/workitems/${encodeURIComponent(itemId)}`;
      return itemOf(await call({ method: "GET", path, query: { $expand: "relations" } }, signal));
    },

    async changeItem(item, change, signal) {
      const value = changePatch(item, change, states);
      const path = `/_apis/wit/workitems/${encodeURIComponent(item.id)}`;
      const query = { $expand: "relations" };
      return itemOf(await call({ method: "PATCH", path, query, json: { value, contentType: PATCH_TYPE } }, signal));
    },

    async hasTold(itemId, version, url, signal) {
      // Revisions - Get: System.History of a revision is the comment that came with it.
      const path = `/_apis/wit/workItems/${encodeURIComponent(itemId)}/revisions/${version}`;
      const answer = await call({ method: "GET", path }, signal);
      if (answer.kind !== "done") return answer;
      const fields = isObject(answer.value) ? answer.value["fields"] : undefined;
      const history = isObject(fields) ? fields["System.History"] : undefined;
      return { kind: "done", value: typeof history === "string" && history.includes(url) };
    },

    upload: (file, signal) => uploadAttachment(call, project, file, sizes, signal),

    async discard(ref, signal) {
      const id = attachmentId(ref);
      if (id === undefined) return { kind: "done", value: "deleted" };
      const path = `/${project}/_apis/wit/attachments/${id}`;
      const answer = await call({ method: "DELETE", path, apiVersion: DELETE_VERSION }, signal);
      if (answer.kind === "done") return { kind: "done", value: "deleted" };
      // A preview that this organization may not have, or a right (Work items: full) that the token may lack.
      const isOurs = answer.kind === "later" || answer.status === 401 || answer.status === undefined;
      return isOurs ? answer : { kind: "done", value: "left" };
    },

    async check(signal) {
      const answer = await call({ method: "GET", path: `/${project}/_apis/wit/workitemtypes/${type}` }, signal);
      if (answer.kind !== "done") throw new Error(answer.reason);
      if (!isObject(answer.value) || typeof answer.value["name"] !== "string") throw new Error(UNREADABLE.reason);
    },
  };
}

const UNREADABLE = { kind: "later", reason: "Azure DevOps answered with something that is no work item." } as const;

function listOf(json: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list = isObject(json) ? json[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}
