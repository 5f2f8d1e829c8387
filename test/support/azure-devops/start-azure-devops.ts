/**
 * Azure DevOps' work item tracking, written from Microsoft's reference and its published specification (api-version 7.1,
 * github.com/MicrosoftDocs/vsts-rest-api-specs, specification/wit/7.1). What the reference does not describe is refused.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Attachments } from "./attachments.ts";
import { refuse, Refusal } from "./refusal.ts";
import { WorkItems, type WorkItem } from "./work-items.ts";

export interface Fault {
  /** Of `METHOD /path`, beneath the organization. */
  readonly on: RegExp;
  /** Instead of doing it; with `done`, after it. Absent: the connection is cut. */
  readonly answer?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  /** Whether it is done all the same: the answer is what gets lost. */
  readonly done?: boolean;
  /** How often; once unless told. */
  readonly times?: number;
}

export type AzureDevOps = Awaited<ReturnType<typeof startAzureDevOps>>;

const JSON_TYPE = "application/json; charset=utf-8; api-version=7.1";
const SIGN_IN_PAGE = "<!DOCTYPE html><html><title>Azure DevOps Services | Sign In</title></html>";
const PATCH_TYPE = "application/json-patch+json";

/** One organization with one project, on loopback. */
export async function startAzureDevOps({
  organization = "fabrikam",
  project = "Support Cases",
  token = "a-personal-access-token",
  entraToken = "an-entra-token",
} = {}) {
  const attachments = new Attachments();
  const items = new WorkItems(attachments, project);
  const faults: { fault: Fault; left: number }[] = [];
  const calls: string[] = [];
  const held: { on: RegExp; reached: () => void; go: Promise<void> }[] = [];
  /** Whether the token has the right `vso.work_full`, and the organization the preview that deletes attachments. */
  let deletes = true;
  let url = "";

  const isKnown = (request: IncomingMessage): boolean => {
    const given = request.headers.authorization ?? "";
    if (given === `Bearer ${entraToken}`) return true;
    const [, basic = ""] = /^Basic (.+)$/.exec(given) ?? [];
    return Buffer.from(basic, "base64").toString("utf8") === `:${token}`;
  };

  const show = (item: WorkItem, expand: string | null) => {
    const { relations, type: _type, ...rest } = item;
    const self = `${url}/_apis/wit/workItems/${item.id}`;
    return { ...rest, ...(expand === "relations" || expand === "all" ? { relations } : {}), url: self };
  };
  const reference = (id: string, fileName: string) => ({
    id,
    url: `${url}/_apis/wit/attachments/${id}?fileName=${encodeURIComponent(fileName)}`,
  });

  async function handle(request: IncomingMessage, path: string, query: URLSearchParams): Promise<unknown> {
    const route = `${request.method} ${path}`;
    const inProject = `/${encodeURIComponent(project)}/_apis/wit`;
    const expand = query.get("$expand");
    const isDelete = request.method === "DELETE";
    const version = query.get("api-version");
    if (version !== (isDelete ? "7.2-preview.4" : "7.1")) {
      refuse(400, "VssVersionOutOfRangeException", `The requested version ${version} is not known`);
    }
    const body = async (type: string): Promise<unknown> => {
      if (request.headers["content-type"] !== type) refuse(415, "VssRequestContentTypeNotSupportedException", type);
      return JSON.parse(await textOf(request)) as unknown;
    };
    const parts = /^(\w+) (.*?)\/([^/]*)$/.exec(route);
    const [, , parent = "", last = ""] = parts ?? [];

    if (route === `POST ${inProject}/wiql`) {
      const { query: wiql } = (await body("application/json")) as { query?: unknown };
      const workItems = items.query(wiql).map((id) => ({ id, url: `${url}/_apis/wit/workItems/${id}` }));
      return { queryType: "flat", workItems: workItems.slice(0, Number(query.get("$top") ?? 20_000)) };
    }
    if (request.method === "POST" && parent === `${inProject}/workitems` && last.startsWith("$")) {
      return show(items.create(decodeURIComponent(last.slice(1)), await body(PATCH_TYPE)), "all");
    }
    if (route === `GET ${inProject}/workitems`) {
      const ids = (query.get("ids") ?? "").split(",").map(Number);
      return { count: ids.length, value: ids.map((id) => show(items.get(id), expand)) };
    }
    if (request.method === "GET" && parent === `${inProject}/workitemtypes`) {
      return { name: items.requireType(decodeURIComponent(last)) };
    }
    if (parent === "/_apis/wit/workitems" && /^\d+$/.test(last)) {
      if (request.method === "GET") return show(items.get(Number(last)), expand);
      if (request.method === "PATCH") return show(items.update(Number(last), await body(PATCH_TYPE)), expand);
    }
    const [, itemId] = /^\/_apis\/wit\/workItems\/(\d+)\/revisions$/.exec(parent) ?? [];
    if (request.method === "GET" && itemId !== undefined) {
      return show(items.revision(Number(itemId), Number(last)), expand);
    }
    if (route === `POST ${inProject}/attachments`) {
      const { id, fileName } = await attachments.create(request, query);
      return reference(id, fileName);
    }
    if (parent === `${inProject}/attachments`) {
      if (request.method === "PUT") {
        const { id, fileName } = await attachments.uploadChunk(request, last);
        return reference(id, fileName);
      }
      if (isDelete) {
        if (!deletes) refuse(403, "AccessCheckException", "TF400813: the scope vso.work_full is missing");
        attachments.delete(last);
        return { attachmentId: last };
      }
    }
    return refuse(404, "ResourceNotFound", "VS800075: nothing is here");
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(request.url ?? "/", "http://any");
    const base = `/${organization}`;
    const path = asked.pathname.startsWith(`${base}/`) ? asked.pathname.slice(base.length) : "/elsewhere";
    const called = `${request.method} ${path}`;
    calls.push(called);
    const send = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
      const isText = typeof body === "string";
      response.writeHead(status, { "content-type": isText ? "text/html; charset=utf-8" : JSON_TYPE, ...headers });
      response.end(isText ? body : JSON.stringify(body));
    };
    const hold = held.find(({ on }) => on.test(called));
    if (hold) {
      held.splice(held.indexOf(hold), 1);
      hold.reached();
      await hold.go;
    }
    const due = faults.find(({ fault, left }) => left > 0 && fault.on.test(called));
    if (due) due.left -= 1;
    const lose = (fault: Fault) => {
      if (!fault.answer) return void request.socket.destroy();
      return send(fault.answer.status, fault.answer.body ?? {}, fault.answer.headers);
    };
    if (due && !due.fault.done) return lose(due.fault);
    // Not the same for all methods: github.com/microsoft/azure-devops-auth-samples, issue 52.
    if (!isKnown(request)) {
      if (request.method === "GET" || request.method === "POST") return send(203, SIGN_IN_PAGE);
      return send(401, new Refusal(401, "UnauthorizedRequestException", "TF400813: not authorized").body());
    }
    try {
      const body = await handle(request, path, asked.searchParams);
      if (due) return lose(due.fault);
      return send(request.method === "POST" && path.endsWith("/attachments") ? 201 : 200, body);
    } catch (error) {
      if (error instanceof Refusal) return send(error.status, error.body());
      return send(500, { message: "TF400898: An Internal Error Occurred." });
    }
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/${organization}`;

  return {
    /** `AZURE_DEVOPS_ORGANIZATION_URL`. */
    url,
    project,
    token,
    entraToken,
    items,
    attachments,
    /** `METHOD /path` of every call, oldest first. */
    calls,
    fail(fault: Fault): void {
      faults.push({ fault, left: fault.times ?? 1 });
    },
    /** The next such call waits. `reached` resolves when it came, `go` lets it through. */
    hold(on: RegExp): { readonly reached: Promise<void>; readonly go: () => void } {
      const reached = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      held.push({ on, reached: reached.resolve, go: go.promise });
      return { reached: reached.promise, go: go.resolve };
    },
    endFaults(): void {
      faults.length = 0;
    },
    letDelete(may: boolean): void {
      deletes = may;
    },
    reset(): void {
      faults.length = 0;
      held.length = 0;
      calls.length = 0;
      deletes = true;
      items.clear();
      attachments.clear();
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
