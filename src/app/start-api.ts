import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Express } from "express";
import { serveAgents } from "#flow/agents/agents.http.ts";
import { learnAgents } from "#flow/agents/learn-agents.ts";
import { serveAgentUploads } from "#flow/agent-upload/agent-uploads.http.ts";
import { serveAudit } from "#flow/audit/audit.http.ts";
import { serveConnect } from "#flow/connect/connect.http.ts";
import { serveConsentPreview } from "#flow/consent/consent-preview.http.ts";
import { serveConsent } from "#flow/consent/consent.http.ts";
import { serveDevices } from "#flow/devices/devices.http.ts";
import { serveDownload } from "#flow/download/download.http.ts";
import { serveFeed } from "#flow/feed/feed.http.ts";
import { serveInsights } from "#flow/insights/insights.http.ts";
import { serveLogRequests } from "#flow/request/log-requests.http.ts";
import { servePack } from "#flow/pack/pack.http.ts";
import { serveCallSupportTickets } from "#flow/report/call-support-tickets.http.ts";
import type { TicketMeans } from "#flow/report/match-ticket.ts";
import { serveReports } from "#flow/report/reports.http.ts";
import { serveSession } from "#flow/session/session.http.ts";
import { serveTemplates } from "#flow/templates/templates.http.ts";
import { changeTicket, createTicket } from "#flow/tickets/save-ticket.ts";
import { serveTickets } from "#flow/tickets/tickets.http.ts";
import { mintFirstLinks } from "#flow/upload/create-upload-links.ts";
import { serveUpload } from "#flow/upload/upload.http.ts";
import { serveUsers } from "#flow/users/users.http.ts";
import { verifyWritten } from "#flow/verify/verify-written.ts";
import { serveWithdraw } from "#flow/withdraw/withdraw.http.ts";
import {
  createAuthenticate,
  createInstallationTokens,
  nameOf,
  rolesOf,
  type IssuerSettings,
} from "#http/authenticate.ts";
import { createConsoleSessions } from "#http/console-session.ts";
import { createApp } from "#http/create-app.ts";
import { createHttpKit } from "#http/http-kit.ts";
import { createIdentityProvider } from "#http/identity-provider.ts";
import type { PublicUrl } from "#http/next-link.ts";
import { serveConsole } from "#http/serve-console.ts";
import { serveDocs } from "#http/serve-docs.ts";
import { servePhone } from "#http/serve-phone.ts";
import { createUploadGate } from "#http/upload-gate.ts";
import { composeParts } from "./compose.ts";
import type { Settings } from "./config.ts";
import { createCloser } from "./create-closer.ts";
import { createDevIssuer, type DevIssuer } from "./dev-issuer.ts";
import { findPackage } from "./embedded/find-package.ts";
import { findPhoneServers } from "./find-phone-servers.ts";
import { openRateLimits } from "./open-rate-limits.ts";
import { serveOperations } from "./serve-operations.ts";
import { serveSystem } from "./serve-system.ts";
import type { ShutdownStep } from "./shutdown.ts";
import type { Log } from "#ports/log.ts";

export interface RunningApi {
  /** Where it listens, and where links lead unless PUBLIC_URL says otherwise. */
  readonly url: string;
  readonly steps: readonly ShutdownStep[];
}

/** Node's default of 300 s would cut a report of 2 GiB that comes at less than 6.8 MiB a second. The routes judge by pace. */
const RECEIVE_TIMEOUT_MS = 65 * 60_000;
/** For the headers Node's default stands whatever the body may take. */
const HEADERS_TIMEOUT_MS = 60_000;
/** Longer than a load balancer keeps its own side open, so that it never writes into a connection that we close. */
const KEEP_ALIVE_MS = 65_000;

/** Where `npm run build:console` writes. */
const CONSOLE_FOLDER = join(import.meta.dirname, "../../dist/console");
/** Where `npm run build:phone` writes. */
const PHONE_FOLDER = join(import.meta.dirname, "../../dist/phone");

/** Opens the parts, listens, and serves. */
export async function startApi(settings: Settings, log: Log): Promise<RunningApi> {
  const parts = await composeParts(settings, log);
  const server = createServer({
    requestTimeout: RECEIVE_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const closeServer = createCloser(server);
  let serve: ((app: Express) => void) | undefined;
  const ready = new Promise<Express>((resolve) => {
    serve = resolve;
  });
  server.on("request", (request, response) => void ready.then((app) => app(request, response)));
  const url = await listen(server, settings);
  const publicBase = (settings.PUBLIC_URL ?? url).replace(/\/$/, "");
  const publicUrl: PublicUrl = { to: (path) => publicBase + path };
  const phoneServers = findPhoneServers(settings);
  // Where there is a phone there is /demo, which shows the console beside it.
  const isFramed = phoneServers !== undefined;
  const devIssuer = settings.DEV_ISSUER
    ? await createDevIssuer(publicBase, settings.DEPLOYMENT_KEY, { isFramed })
    : undefined;
  const installationTokens = createInstallationTokens(settings.DEPLOYMENT_KEY);
  const { limits, steps: limitSteps } = openRateLimits(settings);
  const agents = issuerOf(settings, "AGENT", devIssuer);
  const sessions = createConsoleSessions({
    deploymentKey: settings.DEPLOYMENT_KEY,
    origin: publicBase,
    allowInsecureHosts: settings.ALLOW_INSECURE_HOSTS,
    clock: parts.clock,
  });
  const kit = createHttpKit({
    limits,
    onAgent: learnAgents({
      agents: parts.store.agents,
      clock: parts.clock,
      onError: (error) => log.warn({ error }, "An agent's name could not be written down"),
    }),
    authenticate: createAuthenticate({
      agents,
      devices: issuerOf(settings, "DEVICE", devIssuer),
      installationTokens,
      apiKeys: parts.store.apiKeys,
      clock: parts.clock,
      sessions,
    }),
  });
  const stopping = new AbortController();
  const shared = { ...parts, publicUrl };
  const consentSettings = {
    controllerName: settings.CONTROLLER_NAME,
    controllerContact: settings.CONTROLLER_CONTACT,
    privacyNoticeUrl: settings.PRIVACY_NOTICE_URL,
    retentionDays: settings.RETENTION_DAYS,
    uploadBySeconds: settings.UPLOAD_BY_HOURS * 3600,
  };
  serveTickets(kit, shared);
  serveLogRequests(kit, {
    ...shared,
    answerBySeconds: settings.ANSWER_BY_HOURS * 3600,
    maxReminders: settings.MAX_REMINDERS,
  });
  serveConnect(kit, { ...shared, connectedSystem: parts.connector?.system });
  serveAgents(kit, shared);
  serveUsers(kit, shared);
  serveDevices(kit, { ...shared, installationTokens });
  serveConsent(kit, {
    ...shared,
    settings: consentSettings,
    createLinks: (request, files) => mintFirstLinks(parts, request, files),
    hashText: (text) => createHash("sha256").update(text, "utf8").digest("hex"),
  });
  serveUpload(kit, shared);
  const reporting = {
    ...shared,
    ...reportSettings(settings),
    tickets: {
      openTicket: (tx, actor, content) => createTicket({ ...parts, tx }, actor, content),
      changeTicket: (tx, actor, ticket, change) => changeTicket({ ...parts, tx }, actor, ticket, change),
    } satisfies TicketMeans,
  };
  serveReports(kit, {
    ...reporting,
    createLinks: (report, files) => mintFirstLinks(parts, report, files),
  });
  const verifying = { ...parts, retentionDays: settings.RETENTION_DAYS };
  const gate = createUploadGate(settings.REPORT_UPLOADS_AT_ONCE);
  serveAgentUploads(kit, {
    ...shared,
    gate,
    maxBytes: settings.REPORT_MAX_BYTES,
    verifyWritten: (file, written, signal) => verifyWritten(file, written, verifying, signal),
  });
  serveCallSupportTickets(kit, {
    ...reporting,
    gate,
    verifyWritten: (file, written, signal) => verifyWritten(file, written, verifying, signal),
  });
  serveWithdraw(kit, shared);
  serveDownload(kit, shared);
  servePack(kit, shared);
  serveFeed(kit, {
    ...shared,
    stop: stopping.signal,
    onError: (error) => log.warn({ error }, "The feed could not be read"),
  });
  serveConsentPreview(kit, { ...shared, settings: consentSettings });
  serveTemplates(kit, shared);
  serveInsights(kit, shared);
  serveAudit(kit, shared);
  serveSession(kit, {
    ...shared,
    sessions,
    identityProvider: createIdentityProvider({
      issuer: agents.issuer,
      clientId: settings.AGENT_CLIENT_ID,
      ...(settings.AGENT_CLIENT_SECRET === undefined ? {} : { clientSecret: settings.AGENT_CLIENT_SECRET }),
      scope: settings.AGENT_SCOPE,
      redirectUri: publicUrl.to("/auth/callback"),
      allowInsecureHosts: settings.ALLOW_INSECURE_HOSTS,
    }),
    claims: { subject: agents.subjectClaim, roles: agents.rolesClaim },
    readRoles: rolesOf,
    readName: nameOf,
    settings: {
      controllerName: settings.CONTROLLER_NAME,
      retentionDays: settings.RETENTION_DAYS,
      answerByHours: settings.ANSWER_BY_HOURS,
      uploadByHours: settings.UPLOAD_BY_HOURS,
      maxReminders: settings.MAX_REMINDERS,
      devMode: settings.DEV_ISSUER,
      ...(parts.connector === undefined ? {} : { connector: parts.connector.system }),
    },
  });
  const { connector } = parts;
  const readParts = serveOperations(kit, {
    ...shared,
    checks: {
      blobs: async () => {
        const { createCoversBlocks } = await parts.blobs.check(AbortSignal.timeout(5_000));
        return settings.BLOB_BLOCKS_OVER_BYTES === undefined || createCoversBlocks
          ? undefined
          : "links for blocks can overwrite until they expire; files in one piece cannot";
      },
      hub: () => parts.gateway.check(AbortSignal.timeout(5_000)).then(() => undefined),
      ...(connector && { [connector.system]: () => connector.check(AbortSignal.timeout(5_000)).then(() => undefined) }),
    },
  });

  serveSystem(kit, { ...shared, settings, readParts });
  kit.refuseOtherMethods();

  const docs = findPackage("swagger-ui-dist");
  const app = createApp({
    routers: [
      kit.router,
      ...(docs === undefined ? [] : [serveDocs(docs)]),
      ...(devIssuer ? [devIssuer.router] : []),
      ...(phoneServers ? [servePhone(PHONE_FOLDER, phoneServers)] : []),
      serveConsole(CONSOLE_FOLDER, { isFramed }),
    ],
    limits,
    corsOrigins: settings.API_CORS_ORIGINS,
    trustProxy: settings.TRUST_PROXY,
    onAnswered: settings.LOG_LEVEL === "debug" ? (record) => log.info(record, "answered") : () => undefined,
    onError: (error, context) => log.error({ ...context, error }, "A request failed on our side"),
  });
  serve?.(app);
  log.info({ address: url }, "The API listens");
  return {
    url,
    steps: [
      {
        name: "api",
        stop: async () => {
          stopping.abort();
          await closeServer();
        },
      },
      ...limitSteps,
      ...parts.steps,
    ],
  };
}

/** What users may report, and on whose terms. */
function reportSettings(settings: Settings) {
  return {
    match: settings.REPORT_MATCH,
    uploadBySeconds: settings.UPLOAD_BY_HOURS * 3600,
    limits: {
      maxFileBytes: settings.REPORT_MAX_FILE_BYTES,
      maxBytes: settings.REPORT_MAX_BYTES,
      maxFiles: settings.REPORT_MAX_FILES,
      maxBytesADay: settings.REPORT_MAX_BYTES_A_DAY,
      maxReportsADay: settings.REPORT_MAX_A_DAY,
    },
    terms: {
      controllerName: settings.CONTROLLER_NAME,
      controllerContact: settings.CONTROLLER_CONTACT,
      privacyNoticeUrl: settings.PRIVACY_NOTICE_URL,
      retentionDays: settings.RETENTION_DAYS,
      textVersion: settings.REPORT_TEXT_VERSION,
    },
  };
}

function issuerOf(settings: Settings, whose: "AGENT" | "DEVICE", devIssuer: DevIssuer | undefined): IssuerSettings {
  const named = settings[`${whose}_ISSUER`];
  const claims = {
    audience: settings[`${whose}_AUDIENCE`],
    subjectClaim: settings[`${whose}_SUBJECT_CLAIM`],
    rolesClaim: settings.AGENT_ROLES_CLAIM,
  };
  if (named !== undefined) return { ...claims, issuer: named };
  if (!devIssuer) throw new Error(`${whose}_ISSUER is not set and there is no development issuer`);
  return { ...claims, issuer: devIssuer.issuer, jwks: devIssuer.jwks };
}

/** Listens before anything is served, so that links can hold the port; what comes in meanwhile waits. */
function listen(server: Server, { HOST, PORT }: Settings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(`Port ${PORT} of ${HOST} is taken. Set PORT to another one, or to 0 for any free one.`)
          : error,
      ),
    );
    server.listen(PORT, HOST, () => {
      const { port } = server.address() as AddressInfo;
      const host = HOST === "0.0.0.0" || HOST === "::" ? "127.0.0.1" : HOST.includes(":") ? `[${HOST}]` : HOST;
      resolve(`http://${host}:${port}`);
    });
  });
}
