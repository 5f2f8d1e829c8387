import { createHash, randomBytes } from "node:crypto";
import { createBlobStore } from "#adapters/azure-blob/create-blob-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import type { EmbeddedAzurite } from "#app/embedded/start-azurite.ts";
import { evidenceBlobName, ingestBlobName, type LogFile } from "#domain/log-file.ts";
import { setsSomethingGoing } from "#flow/pipeline.ts";

const HOUR_MS = 3_600_000;
const CHUNK_BYTES = 1024 ** 2;

/** A shared and uploaded file that waits for verify, on a migrated database and an Azurite with its containers. */
export async function openVerifyWorld(databaseUrl: string, azurite: EmbeddedAzurite) {
  const { store, acceptor, clock, close } = await createStore({
    databaseUrl,
    needsRelay: setsSomethingGoing,
    ids: uuidV7,
  });
  const blobs = createBlobStore({
    endpoint: azurite.url,
    credential: { kind: "account-key", accountName: azurite.accountName, accountKey: azurite.accountKey },
    ingestContainer: "ingest",
    evidenceContainer: "evidence",
    allowInsecureHosts: ["127.0.0.1"],
    clock,
    log: { warn: () => undefined },
  });

  return {
    /** Gives the file's id, a read link, and the name that verify copies it to. */
    async upload(sizeBytes: number): Promise<{ fileId: string; url: string; evidence: string }> {
      const now = clock.now();
      const userId = "ann";
      const ticketId = uuidV7.next();
      const requestId = uuidV7.next();
      const consentId = uuidV7.next();
      const chunk = randomBytes(CHUNK_BYTES);
      const hash = createHash("sha256");
      for (let at = 0; at < sizeBytes; at += CHUNK_BYTES) hash.update(chunk);
      const file: LogFile = {
        id: uuidV7.next(),
        ownerId: requestId,
        ownerKind: "request",
        ticketId,
        consentId,
        collector: "app",
        name: "app.log",
        sizeBytes,
        sha256: hash.digest("hex"),
        modifiedAt: now,
        state: "uploaded",
        coverage: "unknown",
        uploadedAt: now,
        verifyAt: now,
        verifyAttempt: 0,
      };
      await store.transaction((tx) =>
        tx.tickets.create({
          id: ticketId,
          subject: "A call dropped",
          description: "",
          userId,
          participants: [],
          callIds: [],
          state: "open",
          createdAt: now,
          updatedAt: now,
        }),
      );
      const accepted = await acceptor.accept({
        id: requestId,
        ticketId,
        userId,
        agentId: "agent-1",
        reason: "To see why",
        collectors: ["app"],
        maxBytes: sizeBytes,
        maxFiles: 1,
        answerBy: now + HOUR_MS,
        roundId: uuidV7.next(),
        now,
      });
      if (accepted.kind !== "accepted") throw new Error(`The request was answered ${accepted.kind}`);
      const { request } = accepted;
      await store.transaction(async (tx) => {
        await tx.consents.record({
          id: consentId,
          basis: "request",
          requestId,
          ticketId,
          userId,
          decision: "share",
          text: { version: "default-1", locale: "en", sha256: "0".repeat(64) },
          shown: { retentionDays: "30" },
          leftOut: [],
          decidedAt: now,
        });
        await tx.files.add([file]);
        const uploaded = { ...request, state: "uploaded", uploadBy: now + HOUR_MS } as const;
        await tx.requests.save(uploaded, { ifVersion: request.version });
      });
      const name = ingestBlobName(file);
      const link = await blobs.createUploadLink(name, sizeBytes, now + HOUR_MS);
      const body = ReadableStream.from(repeat(chunk, sizeBytes / CHUNK_BYTES));
      const headers = { ...link.headers, "Content-Length": String(sizeBytes) };
      const answer = await fetch(link.url, { method: "PUT", headers, body, duplex: "half" });
      if (!answer.ok) throw new Error(`PUT was answered ${answer.status}`);
      const { url } = await blobs.createDownloadLink(name, "app.log", now + HOUR_MS);
      return { fileId: file.id, url, evidence: evidenceBlobName(file) };
    },

    /** As if the file had not been verified: it is uploaded again, and its copy is gone. */
    async forgetVerdict(fileId: string, evidence: string): Promise<void> {
      const now = clock.now();
      await store.transaction(async (tx) => {
        const file = await tx.files.find(fileId);
        const request = file && (await tx.requests.find(file.ownerId));
        if (!file || !request) throw new Error("the file is gone");
        const { linkedAt: _l, evidenceEtag: _e, deleteAfter: _d, cleanupAt: _c, ...kept } = file;
        await tx.files.save({ ...kept, state: "uploaded", verifyAt: now }, { ifState: "linked" });
        const { endedAt: _ended, ...open } = request;
        await tx.requests.save({ ...open, state: "uploaded" }, { ifVersion: request.version });
      });
      await blobs.remove(evidence);
    },

    [Symbol.asyncDispose]: close,
  };
}

function* repeat(chunk: Uint8Array, times: number): Generator<Uint8Array> {
  for (let n = 0; n < times; n += 1) yield chunk;
}
