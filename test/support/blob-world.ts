import { createHash, randomUUID } from "node:crypto";
import { createBlobStore } from "#adapters/azure-blob/create-blob-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import type { Fact, OutboxRow } from "#domain/facts.ts";
import { evidenceBlobName, ingestBlobName, type LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { cleanUpFileJob } from "#flow/cleanup/clean-up-file.job.ts";
import type { JobName } from "#flow/jobs.ts";
import { PIPELINE, setsSomethingGoing } from "#flow/pipeline.ts";
import { createSweep } from "#flow/retention/sweep.ts";
import { verifyFileJob } from "#flow/verify/verify-file.job.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import { putThrough } from "#test/support/blob-upload.ts";
import { createTestDatabase, testServers, uniqueName } from "#test/support/servers.ts";
import { startTcpProxy } from "#test/support/tcp-proxy.ts";

const HOUR_MS = 3_600_000;

/** A file as a test says it: what the user saw, and what the device really sent (the same, unless said; null sends nothing). */
export interface TestFile {
  readonly shown: string;
  readonly sent?: string | null;
}

export type Failpoint = (name: string) => void | Promise<void>;

export type BlobWorld = Awaited<ReturnType<typeof openBlobWorld>>;

/**
 * What settles files, with everything real but the queue: PostgreSQL, and Azurite behind a wire that can be cut. Rows of the
 * outbox go through the pipeline straight to their handlers, and time passes only when a test says so.
 */
export async function openBlobWorld() {
  const database = await createTestDatabase();
  const { azurite } = testServers();
  const wire = await startTcpProxy({ host: "127.0.0.1", port: Number(new URL(azurite.url).port) });
  const endpoint = new URL(azurite.url);
  endpoint.port = String(wire.port);
  const postgres = await createStore({ databaseUrl: database.url, needsRelay: setsSomethingGoing, ids: uuidV7 });
  const { store, acceptor, outbox, dueWork } = postgres;
  let passedMs = 0;
  const clock = { now: () => postgres.clock.now() + passedMs };

  const warnings: string[] = [];
  const log = {
    info: () => {},
    warn: (_fields: object, message: string) => void warnings.push(message),
  };
  const options = {
    credential: { kind: "account-key", accountName: azurite.accountName, accountKey: azurite.accountKey },
    ingestContainer: uniqueName("ingest"),
    evidenceContainer: uniqueName("evidence"),
    allowInsecureHosts: ["127.0.0.1"],
    // The store's own: however far a test moves time, Azurite stays in today.
    clock: postgres.clock,
    log,
  } as const;
  const blobs = createBlobStore({ ...options, endpoint: endpoint.href });
  /** Past the wire: for what the test itself does and looks at. */
  const direct = createBlobStore({
    ...options,
    endpoint: azurite.url,
    largeFileBlocks: { overBytes: 0, allowOverwrite: true },
  });
  await direct.prepare({ corsOrigins: [] });

  const signal = new AbortController().signal;
  const common = { store, blobs, clock, chance: () => 0, log, retentionDays: 30, dueWork };
  const handlersWith = (failpoint: Failpoint): Partial<Record<JobName, JobHandler>> => ({
    verify: verifyFileJob({ ...common, failpoint }),
    cleanup: cleanUpFileJob({ ...common, failpoint }),
  });

  async function find(requestId: string): Promise<LogRequest> {
    const request = await store.requests.find(requestId);
    if (!request) throw new Error(`There is no request ${requestId}`);
    return request;
  }

  async function fileOf(fileId: string): Promise<LogFile> {
    const file = await store.files.find(fileId);
    if (!file) throw new Error(`There is no file ${fileId}`);
    return file;
  }

  return {
    store,
    dueWork,
    clock,
    blobs: direct,
    wire,
    warnings,
    find,
    fileOf,

    /** A request that was shared: its files are uploaded, and verify is due for each. */
    async share(files: readonly TestFile[], { retentionDays = "30", userId = uniqueName("user") } = {}) {
      const now = clock.now();
      await store.users.ensure(userId, now);
      const ticket = await store.tickets.create({
        id: uuidV7.next(),
        subject: "A call dropped",
        description: "",
        userId,
        participants: [],
        callIds: [],
        state: "open",
        createdAt: now,
        updatedAt: now,
      });
      const requestId = uuidV7.next();
      const accepted = await acceptor.accept({
        id: requestId,
        ticketId: ticket.id,
        userId,
        agentId: "agent-1",
        reason: "To see why",
        collectors: ["app"],
        maxBytes: 1_000_000,
        maxFiles: 50,
        answerBy: now + 24 * HOUR_MS,
        roundId: uuidV7.next(),
        now,
      });
      if (accepted.kind !== "accepted") throw new Error(`The request was answered ${accepted.kind}`);
      const consentId = uuidV7.next();
      await store.transaction((tx) =>
        tx.consents.record({
          id: consentId,
          basis: "request",
          requestId,
          ticketId: ticket.id,
          userId,
          decision: "share",
          text: { version: "default-1", locale: "en", sha256: "0".repeat(64) },
          shown: { retentionDays },
          leftOut: [],
          decidedAt: now,
        }),
      );
      const rows = files.map(({ shown }, index): LogFile => ({
        id: uuidV7.next(),
        ownerId: requestId,
        ownerKind: "request",
        ticketId: ticket.id,
        consentId,
        collector: "app",
        name: `app-${index}.log`,
        sizeBytes: Buffer.byteLength(shown),
        sha256: createHash("sha256").update(shown).digest("hex"),
        modifiedAt: now,
        state: "uploaded",
        coverage: "unknown",
        uploadedAt: now,
        verifyAt: now,
        verifyAttempt: 0,
      }));
      await store.transaction(async (tx) => {
        await tx.files.add(rows);
        const request = { ...accepted.request, state: "uploaded", uploadBy: now + 24 * HOUR_MS } as const;
        if (!(await tx.requests.save(request, { ifVersion: request.version }))) throw new Error("Nobody else is here");
        await tx.wake(rows.map(({ id }) => ({ type: "verify.due", dueAt: now, fileId: id, requestId })));
      });
      for (const [index, { shown, sent = shown }] of files.entries()) {
        const row = rows[index];
        if (row && sent !== null) await this.put(ingestBlobName(row), sent);
      }
      return { requestId, ticketId: ticket.id, userId, fileIds: rows.map(({ id }) => id) };
    },

    /** Writes over whatever is there, as a link for blocks would let its holder do. */
    async put(ingestName: string, body: string): Promise<void> {
      const { url } = await direct.createUploadLink(ingestName, 1, Date.now() + 60_000);
      const answer = await putThrough({ url, headers: { "x-ms-blob-type": "BlockBlob" } }, body);
      if (!answer.ok) throw new Error(`PUT was answered ${answer.status}`);
    },

    /** A blob that belongs to nothing. */
    async stray(room: "ingest" | "evidence"): Promise<string> {
      const path = `${randomUUID()}/${randomUUID()}`;
      await this.put(`ingest/${path}`, "stray");
      if (room === "ingest") return `ingest/${path}`;
      const { etag = "" } = (await direct.head(`ingest/${path}`)) ?? {};
      await direct.promote(`ingest/${path}`, `evidence/${path}`, etag, signal);
      await direct.remove(`ingest/${path}`);
      return `evidence/${path}`;
    },

    /** Which blobs of a file are there. */
    async blobsOf(fileId: string): Promise<string[]> {
      const file = await fileOf(fileId);
      const there: string[] = [];
      if (await direct.head(ingestBlobName(file))) there.push("ingest");
      if (await direct.head(evidenceBlobName(file))) there.push("evidence");
      return there;
    },

    async textOf(name: string): Promise<string | undefined> {
      const { url } = await direct.createDownloadLink(name, "app.log", postgres.clock.now() + 60_000);
      const response = await fetch(url);
      return response.ok ? response.text() : undefined;
    },

    /** One verify job for one file. */
    verify: (fileId: string, failpoint: Failpoint = () => {}, heartbeatMs = 10_000) =>
      verifyFileJob({ ...common, failpoint, heartbeatMs })([{ fileId }], signal),

    /** Works until nothing is due. */
    async settle(failpoint: Failpoint = () => {}): Promise<void> {
      const handlers = handlersWith(failpoint);
      for (let moved = 1; moved > 0;) {
        const rows: OutboxRow[] = [];
        ({ moved } = await outbox.relay(100, clock.now(), async (due) => void rows.push(...due)));
        const errands = rows.flatMap((row) => PIPELINE[row.type](row));
        await Promise.all(errands.map(async ({ job, item }) => handlers[job]?.([item], signal)));
      }
    },

    pass(seconds: number): void {
      passedMs += seconds * 1000;
    },

    /** The sweep of a process that has just started. */
    sweep: (failpoint: Failpoint = () => {}) =>
      createSweep({ ...common, removeStrayInstallations: async () => {}, failpoint })(signal),

    /** What the ticket says of files and requests, in order. */
    async told(ticketId: string): Promise<Pick<Fact, "type" | "fileId" | "data">[]> {
      const { items } = await store.timeline.ofTicket(ticketId, { limit: 100 });
      return items
        .map(({ fact }) => fact)
        .filter(({ type }) => /^file\.|^request\.(linked|rejected)/.test(type))
        .map(({ type, fileId, data }) => ({ type, ...(fileId && { fileId }), ...(data && { data }) }));
    },

    async close(): Promise<void> {
      await postgres.close();
      await wire[Symbol.asyncDispose]();
      await database.drop();
    },
  };
}
