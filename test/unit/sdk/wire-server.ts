import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as contract from "#contract/devices.ts";
import { PROBLEMS, type ProblemCode } from "#domain/problems.ts";
import type { ReportTerms } from "#sdk/wire-reports.ts";
import type {
  Answer,
  DeviceFile,
  DeviceLogRequest,
  FileOutcome,
  Installation,
  NewConsent,
  NewInstallation,
  RequestState,
  UploadLink,
  UploadProgress,
  Withdrawal,
} from "#sdk/wire.ts";

import { createWireReports, type WireReport } from "./wire-server-reports.ts";

// A small server that speaks the devices' wire and keeps blobs, at the SDK's only port: HTTP. What it is sent, it checks
// against the contract's schemas. It knows one rule a state and no more; the real API is in the integration tests.

const TEXT = "Share {files} ({totalSize}) for ticket {ticketNumber}? {agent} asks.";

const REPORT_TEXT = "You report an issue to {controller}.\n\nWhat is sent: {files}, {totalSize}.";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly userId: string;
  /** Its `Idempotency-Key`. */
  readonly key: string | undefined;
  readonly body: unknown;
}

/** A promise holds the call until it resolves. */
type Fault =
  | { status: number; code?: ProblemCode; headers?: Record<string, string> }
  | Promise<unknown>
  | "reset"
  | "reset after";

export interface WireServer {
  readonly baseUrl: string;
  readonly requests: Map<string, DeviceLogRequest & { userId: string; linksAway?: boolean }>;
  /** Reports, by id, in the order in which they came. */
  readonly reports: Map<string, WireReport>;
  /** What is shown before files are reported, and how much is taken. */
  readonly reportTerms: ReportTerms;
  /** Reports are taken from now on without links to upload by; or with them again. */
  setReportLinksAway(away: boolean): void;
  /** What arrived, by file id. */
  readonly blobs: Map<string, Buffer>;
  readonly calls: Call[];
  /** Bytes of uploads that this server has read so far. */
  readonly readBytes: () => number;
  /** How many uploads were begun, of any outcome. */
  readonly puts: string[];
  /** Ids of the blocks that arrived, in their order. */
  readonly blockIds: string[];
  /** Larger files get links that take blocks from now on. */
  setBlocksOver(bytes: number): void;
  addRequest(more?: Partial<DeviceLogRequest> & { userId?: string }): DeviceLogRequest;
  /** The next call whose "METHOD path" contains `what` fails so: `reset` before, `reset after` with its effect. */
  failNext(what: string, fault: Fault, times?: number): void;
  /** Forgets the faults that no call has met. */
  heal(): void;
  /** Links that were given out so far no longer work. */
  expireLinks(): void;
  /**
   * Calls `then` when the next upload begins, before it counts for anything; the upload waits for it. `gone` resolves when its
   * sender has broken it off: then nothing of it counts, also where all of it was on the wire already.
   */
  onNextPut(then: (gone: Promise<unknown>) => Promise<void> | void): void;
  /** Resolves when a call containing `what` has been answered `times` times in all. */
  answered(what: string, times?: number): Promise<void>;
  /** Serves by this clock from now on. */
  follow(now: () => number): void;
  close(): Promise<void>;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export async function startWireServer(): Promise<WireServer> {
  const requests: WireServer["requests"] = new Map();
  const consents = new Map<string, NewConsent & { decidedAt: string }>();
  const installations = new Map<string, Installation>();
  const blobs = new Map<string, Buffer>();
  const calls: Call[] = [];
  const done: string[] = [];
  const puts: string[] = [];
  const blocks = new Map<string, Buffer>();
  const blockIds: string[] = [];
  const faults: { what: string; fault: Fault }[] = [];
  const waiting = new Set<() => void>();
  const reportTerms: ReportTerms = {
    consentText: { version: "report-1", locale: "en", text: REPORT_TEXT, sha256: sha256(REPORT_TEXT) },
    consentValues: { controller: "Acme" },
    retentionDays: 30,
    maxFiles: 20,
    maxFileBytes: 500_000_000,
    maxBytes: 1_000_000_000,
  };
  let now = () => Date.now();
  let generation = 0;
  let readBytes = 0;
  let blocksOver = Infinity;
  let nextPut: Parameters<WireServer["onNextPut"]>[0] | undefined;

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (error instanceof WireProblem) return sendProblem(response, error.code, error.message);
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  const reporting = createWireReports({
    terms: reportTerms,
    linkOf,
    isThere: (fileId) => blobs.has(fileId),
    refuse(code) {
      throw new WireProblem(code);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? "/", baseUrl);
    const { method = "GET" } = incoming;
    response.setHeader("Date", new Date(now()).toUTCString());
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Expose-Headers", "*, Retry-After, Date");
    if (method === "OPTIONS") {
      response.setHeader("Access-Control-Allow-Methods", "*");
      response.setHeader("Access-Control-Allow-Headers", "*, Authorization");
      return void response.writeHead(204).end();
    }
    const what = `${method} ${url.pathname}`;
    const at = faults.findIndex((one) => what.includes(one.what));
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault;
    const finished = (): void => {
      done.push(what);
      for (const wake of waiting) wake();
    };
    response.on("close", finished);

    if (url.pathname.startsWith("/blobs/")) return put(incoming, response, url, fault);
    const userId = (incoming.headers.authorization ?? "").replace(/^Bearer ?/, "");
    const text = await readAll(incoming);
    const body = text.length === 0 ? undefined : (JSON.parse(text.toString()) as unknown);
    const header = incoming.headers["idempotency-key"];
    const key = Array.isArray(header) ? header[0] : header;
    calls.push({ method, path: url.pathname, userId, key, body });
    if (fault === "reset") return void response.destroy();
    if (fault instanceof Promise) await fault;
    else if (typeof fault === "object") {
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
      if (fault.code) return sendProblem(response, fault.code, "as the test asked", fault.status);
      return void response.writeHead(fault.status, { "Content-Type": "text/html" }).end("<html>a proxy's page</html>");
    }
    if (userId === "") return sendProblem(response, "unauthenticated", "no token");
    const answer = serve(method, url, userId, body, key);
    if (fault === "reset after") return void response.destroy();
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (answer.body === undefined) return void response.writeHead(answer.status).end();
    response.writeHead(answer.status, { "Content-Type": "application/json" }).end(JSON.stringify(answer.body));
  }

  async function put(incoming: IncomingMessage, response: ServerResponse, url: URL, fault: Fault | undefined) {
    const fileId = url.pathname.slice("/blobs/".length);
    puts.push(fileId);
    // As the rule of a storage account that was set before the SDK asked for more.
    response.setHeader("Access-Control-Expose-Headers", "etag,x-ms-error-code,x-ms-request-id");
    const part = url.searchParams.get("comp");
    const before = nextPut;
    nextPut = undefined;
    let held: Buffer | undefined;
    if (before) {
      // Read meanwhile: Node learns of a sender that went away only while it reads.
      const arriving = readAll(incoming, (length) => (readBytes += length));
      arriving.catch(() => {}); // awaited below
      await before(new Promise((resolve) => void response.once("close", resolve)));
      if (response.closed) return;
      held = await arriving;
    }
    if (fault === "reset") return void response.destroy();
    if (url.searchParams.get("generation") !== String(generation)) return refuse(403);
    if (incoming.headers["content-length"] === undefined) return refuse(400);
    if (part === null && incoming.headers["x-ms-blob-type"] !== "BlockBlob") return refuse(400);
    const bytes = held ?? (await readAll(incoming, (length) => (readBytes += length)));
    if (typeof fault === "object" && "status" in fault) {
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
      return refuse(fault.status);
    }
    if (blobs.has(fileId)) return refuse(409);
    if (part === "block") {
      const id = url.searchParams.get("blockid") ?? "";
      blockIds.push(id);
      blocks.set(fileId + id, bytes);
    } else {
      const listed = [...bytes.toString().matchAll(/<Latest>([^<]+)/g)].map(([, id]) => blocks.get(fileId + id));
      blobs.set(fileId, part === "blocklist" ? Buffer.concat(listed.map((one) => one ?? Buffer.of())) : bytes);
    }
    if (fault === "reset after") return void response.destroy();
    response.writeHead(201).end();

    function refuse(status: number): void {
      incoming.resume();
      response.writeHead(status).end();
    }
  }

  function serve(method: string, url: URL, userId: string, body: unknown, key: string | undefined): Reply {
    const [, , place, ...segments] = url.pathname.replace("/v1/me/", "/v1/mine-").split("/");
    const rest = segments.join("/");
    if (place === "installations") return serveInstallation(method, rest, userId, body);
    if (place === "mine-report-terms") return reporting.serveTerms();
    if (place === "reports") return reporting.serve(method, rest, userId, key, body);
    if (place === "mine-log-requests" && rest === "") return list(url, userId);
    const [requestId = "", verb] = rest.split(/[:/]/);
    const request = requests.get(requestId);
    if (!request || request.userId !== userId) throw new WireProblem("not_found");
    if (method === "GET" && verb === undefined) return { status: 200, body: shown(request) };
    if (method === "GET") return { status: 200, body: receipt(request, userId) };
    switch (verb) {
      case "seen":
        contract.seeLogRequest.body?.parse(body);
        if (isOpen(request)) request.state = "seen";
        return { status: 200, body: shown(request) };
      case "snooze": {
        if (!isOpen(request)) throw new WireProblem("request_not_open");
        request.snoozedUntil = contract.snoozeLogRequest.body?.parse(body).snoozeUntil;
        return { status: 200, body: shown(request) };
      }
      case "consent":
        return consent(request, contract.newConsent.parse(body));
      case "createUploadLinks":
        return createLinks(request, contract.createUploadLinks.body?.parse(body).fileIds);
      case "complete":
        return complete(request, contract.completeUploads.body?.parse(body).files ?? []);
      case "withdraw":
        return withdraw(request, contract.withdrawConsent.body?.parse(body).fileIds);
      default:
        throw new WireProblem("not_found");
    }
  }

  function serveInstallation(method: string, id: string, userId: string, body: unknown): Reply {
    if (method === "DELETE") {
      installations.delete(id);
      return { status: 204 };
    }
    const known = installations.has(id);
    const sent: NewInstallation = contract.newInstallation.parse(body);
    const { pushChannel: _secret, ...rest } = sent;
    const now = new Date().toISOString();
    const one: Installation = {
      ...rest,
      collectors: rest.collectors ?? [],
      id,
      userId,
      hubSync: "pending",
      lastSeenAt: now,
      createdAt: now,
    };
    installations.set(id, one);
    return { status: known ? 200 : 201, body: one };
  }

  /** Two a page, so that every list of three has a second one. Its link names a host that only the server itself knows. */
  function list(url: URL, userId: string): Reply {
    const states = url.searchParams.get("state")?.split(",") ?? ["requested", "notified", "seen", "consented"];
    const all = [...requests.values()].filter((one) => one.userId === userId && states.includes(one.state));
    const from = Number(url.searchParams.get("after") ?? "0");
    const next = new URL(url);
    next.host = "public.example:8443";
    next.searchParams.set("after", String(from + 2));
    return {
      status: 200,
      body: { value: all.slice(from, from + 2).map(shown), ...(all.length > from + 2 ? { nextLink: next.href } : {}) },
    };
  }

  function consent(request: Stored, given: NewConsent): Reply {
    const before = consents.get(request.id);
    if (before) {
      if (JSON.stringify([before.decision, before.files]) !== JSON.stringify([given.decision, given.files])) {
        throw new WireProblem("already_answered");
      }
      return { status: 200, body: answerOf(request, before) };
    }
    if (!isOpen(request)) throw new WireProblem("request_closed");
    if (given.consentText.sha256 !== request.consentText.sha256) throw new WireProblem("unknown_consent_text");
    const recorded = { ...given, decidedAt: new Date().toISOString() };
    consents.set(request.id, recorded);
    request.decision = given.decision;
    request.state = given.decision === "decline" ? "declined" : given.files?.length ? "consented" : "rejected";
    if (request.state === "consented") request.uploadBy = new Date(now() + 3_600_000).toISOString();
    request.files = (given.files ?? []).map(({ collector, name, sizeBytes, sha256: hash }): DeviceFile => {
      // As the API keeps it.
      return { id: randomUUID(), collector, name: name.normalize("NFC"), sizeBytes, sha256: hash, state: "announced" };
    });
    return {
      status: 201,
      body: answerOf(request, recorded),
      ...(request.linksAway ? { headers: { "Retry-After": "3" } } : {}),
    };
  }

  function answerOf(request: Stored, { decision, decidedAt }: NewConsent & { decidedAt: string }): Answer {
    const links =
      request.state === "consented" && !request.linksAway ? request.files.filter(isAnnounced).map(linkOf) : [];
    const { id: requestId, state, uploadBy, files } = request;
    return { requestId, state, decision, decidedAt, uploadBy, files, links };
  }

  function linkOf({ id, sizeBytes }: DeviceFile): UploadLink {
    const inBlocks = sizeBytes > blocksOver;
    return {
      fileId: id,
      url: `${baseUrl}/blobs/${id}?generation=${generation}`,
      headers: inBlocks ? {} : { "x-ms-blob-type": "BlockBlob" },
      upload: inBlocks ? "blocks" : "single",
      expiresAt: new Date(now() + 900_000).toISOString(),
    };
  }

  function createLinks(request: Stored, fileIds: readonly string[] | undefined): Reply {
    if (request.state !== "consented")
      throw new WireProblem(request.files.length > 0 ? "request_closed" : "not_consented");
    const asked = request.files.filter(({ id }) => fileIds?.includes(id) ?? true);
    const there = asked.filter(({ id }) => blobs.has(id)).map(({ id }) => id);
    return {
      status: 200,
      body: { links: asked.filter((file) => isAnnounced(file) && !there.includes(file.id)).map(linkOf), there },
    };
  }

  function complete(request: Stored, outcomes: readonly FileOutcome[]): Reply {
    if (request.files.length === 0) throw new WireProblem("not_consented");
    const stateAfter = { uploaded: "uploaded", given_up: "missing" } as const;
    for (const { fileId, outcome } of outcomes) {
      const file = request.files.find(({ id }) => id === fileId);
      if (!file) throw new WireProblem("invalid_request");
      if (!isAnnounced(file) && file.state !== "deleted" && file.state !== stateAfter[outcome])
        throw new WireProblem("file_outcome_stands");
    }
    for (const { fileId, outcome } of outcomes) {
      const file = request.files.find(({ id }) => id === fileId);
      if (file && isAnnounced(file)) file.state = stateAfter[outcome];
    }
    if (!request.files.some(isAnnounced)) {
      request.state = request.files.some(({ state }) => state === "uploaded") ? "uploaded" : "rejected";
    }
    const count = (state: string) => request.files.filter((file) => file.state === state).length;
    const progress: UploadProgress = {
      requestId: request.id,
      state: request.state,
      fileCounts: {
        consented: request.files.length,
        uploaded: count("uploaded"),
        linked: 0,
        refused: 0,
        missing: count("missing"),
      },
      files: request.files,
    };
    return { status: 200, body: progress };
  }

  function withdraw(request: Stored, fileIds: readonly string[] | undefined): Reply {
    if (request.decision !== "share" || request.state === "withdrawn") throw new WireProblem("nothing_to_withdraw");
    for (const file of request.files) if (fileIds?.includes(file.id) ?? true) file.state = "deleted";
    if (!fileIds || request.files.every(({ state }) => state === "deleted")) request.state = "withdrawn";
    else if (request.state === "consented" && !request.files.some(isAnnounced)) request.state = "uploaded";
    const withdrawal: Withdrawal = {
      requestId: request.id,
      state: request.state,
      files: request.files,
      downloadedBefore: [],
    };
    return { status: 200, body: withdrawal };
  }

  function receipt(request: Stored, userId: string) {
    const given = consents.get(request.id);
    if (!given) throw new WireProblem("not_found");
    const { reason, collectors, maxBytes, maxFiles, createdAt } = request;
    return contract.receipt.parse({
      requestId: request.id,
      ticketNumber: request.ticketNumber,
      userId,
      asked: { at: createdAt, agentId: "agent", reason, collectors, maxBytes, maxFiles },
      decision: given.decision,
      decidedAt: given.decidedAt,
      consentText: request.consentText,
      shown: given.shown ?? {},
      leftOut: given.leftOut ?? [],
      state: request.state,
      files: request.files,
    });
  }

  return {
    baseUrl,
    requests,
    reports: reporting.reports,
    reportTerms,
    setReportLinksAway: reporting.setLinksAway,
    blobs,
    calls,
    puts,
    blockIds,
    setBlocksOver: (bytes) => void (blocksOver = bytes),
    readBytes: () => readBytes,
    addRequest({ userId = "ada", ...more } = {}) {
      const now = Date.now();
      const request: Stored = {
        id: randomUUID(),
        state: "notified",
        ticketNumber: 7,
        reason: "the call dropped",
        collectors: ["app"],
        maxBytes: 50_000_000,
        maxFiles: 50,
        answerBy: new Date(now + 3_600_000).toISOString(),
        retentionDays: 30,
        consentText: { version: "default-1", locale: "en", text: TEXT, sha256: sha256(TEXT) },
        consentValues: { ticketNumber: "7", agent: "Robin" },
        files: [],
        createdAt: new Date(now).toISOString(),
        ...more,
        userId,
      };
      requests.set(request.id, request);
      return request;
    },
    failNext(what, fault, times = 1) {
      for (let i = 0; i < times; i++) faults.push({ what, fault });
    },
    heal: () => void faults.splice(0),
    follow: (clock) => void (now = clock),
    expireLinks: () => void generation++,
    onNextPut: (then) => void (nextPut = then),
    async answered(what, times = 1) {
      while (done.filter((one) => one.includes(what)).length < times) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Stored = DeviceLogRequest & { userId: string; linksAway?: boolean };
type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

class WireProblem extends Error {
  readonly code: ProblemCode;
  constructor(code: ProblemCode) {
    super(code);
    this.code = code;
  }
}

function sendProblem(
  response: ServerResponse,
  code: ProblemCode,
  message: string,
  status: number = PROBLEMS[code].status,
): void {
  const { title } = PROBLEMS[code];
  const body = { type: `urn:beckon:problem:${code}`, title, status, error: { code, message }, traceId: "trace-1" };
  response.writeHead(status, { "Content-Type": "application/problem+json" }).end(JSON.stringify(body));
}

function shown({ userId: _userId, linksAway: _away, ...request }: Stored): DeviceLogRequest {
  return request;
}

function isAnnounced({ state }: DeviceFile): boolean {
  return state === "announced";
}

function isOpen({ state }: DeviceLogRequest): boolean {
  return (["requested", "notified", "seen"] satisfies RequestState[] as RequestState[]).includes(state);
}

async function readAll(incoming: IncomingMessage, onBytes: (length: number) => void = () => {}): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) {
    onBytes((piece as Buffer).length);
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces);
}
