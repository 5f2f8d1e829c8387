import type { Announcing, AnswerJournal, AnswerUnderWay, FileUnderWay } from "./answer-journal.ts";
import { type ApiClient, backoffMs, type SdkClock } from "./api-client.ts";
import { BeckonError, hasCode } from "./beckon-error.ts";
import type { NetworkGate, UploadWait } from "./network-gate.ts";
import type { Hasher } from "./sha256.ts";
import { onAbort } from "./on-abort.ts";
import type { Upload, UploadBlocks } from "./upload-bytes.ts";
import { verifySource } from "./verify-source.ts";
import type { AnnouncedFile, UploadLink, UploadLinks } from "./wire.ts";
import { LONGEST_SLEEP_MS, MOST_REFUSALS } from "./policy.ts";

/** How far one upload is. */
export interface UploadStep {
  readonly collector: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  readonly waitingFor?: UploadWait;
}

/** What uploading needs, whatever the files belong to. */
export interface Uploading {
  readonly api: ApiClient;
  readonly upload: Upload;
  readonly uploadBlocks?: UploadBlocks;
  readonly createHasher: () => Hasher;
  readonly clock: SdkClock;
  readonly gate: NetworkGate;
  readonly signal: AbortSignal;
}

/**
 * Uploads the files of an answer or a report that the server has recorded, and says how each ended. It can stop at any point
 * and start again: the journal knows what was sent, and the server what arrived.
 *
 * @param path of what the files belong to, such as `/v1/log-requests/ID`
 * @param recorded what the answer to the announcement gave: links, and for how long to wait for them
 * @param read how far the server is
 * @throws BeckonError `upload_refused`, `upload_too_late`, `stopped`
 */
export async function uploadFiles<Answer extends AnswerUnderWay<Announcing>, Result>(
  answer: Answer,
  {
    path,
    recorded,
    read,
    journal,
    onProgress,
    api,
    upload,
    uploadBlocks,
    createHasher,
    clock,
    gate,
    signal,
  }: Uploading & {
    readonly path: string;
    readonly recorded:
      | { readonly body: { readonly links: readonly UploadLink[] }; readonly retryAfterMs: number | undefined }
      | undefined;
    readonly read: () => Promise<Result>;
    readonly journal: Pick<AnswerJournal<Answer>, "open" | "save">;
    readonly onProgress: (step: UploadStep) => void;
  },
): Promise<Result> {
  const announced = answer.consent.files ?? [];
  const links = new Map(recorded?.body.links.map((link) => [link.fileId, link]));
  let askedMs = recorded?.retryAfterMs;
  let told: Result | undefined;

  const left = [...answer.files.keys()];
  const unsaid: FileUnderWay[] = [];
  let reporting = Promise.resolve();
  try {
    while (await uploadNext(true));
  } finally {
    // Also when an upload was stopped: a report that ends later must not store again what has been ended meanwhile.
    await reporting.catch(() => {});
  }
  await reporting;
  return told ?? read();

  /**
   * The first file that may go over this connection; where each must wait, the first of all if `anyway`.
   *
   * @returns false when there is none
   */
  async function uploadNext(anyway: boolean): Promise<boolean> {
    const free = left.findIndex((index) => !gate.waitsFor(announced[index]?.sizeBytes ?? 0));
    if (free < 0 && !anyway) return false;
    const [index = -1] = left.splice(Math.max(free, 0), 1);
    const file = answer.files[index];
    if (!file) return false;
    const { fileId } = file;
    const wanted = announced[index];
    if (fileId === undefined || wanted === undefined || file.reported) return true;
    file.outcome ??= await uploadFile(file, fileId, wanted, index);
    await journal.save(answer);
    if (file.outcome === "taken_back") return true;
    unsaid.push(file);
    // The agent sees each file as it arrives; those that end while one report is on its way share the next.
    reporting = reporting.then(() => say(unsaid.splice(0)));
    reporting.catch(() => {}); // awaited below; until then an upload may run for hours
    return true;
  }

  async function uploadFile(underWay: FileUnderWay, fileId: string, wanted: AnnouncedFile, index: number) {
    const file = await journal.open(answer, index).catch(() => undefined);
    if (!file) return "given_up";
    let unreadable = false;
    const onFailure = () => (unreadable = true);
    const source = verifySource(file, { ...wanted, fileId }, createHasher, onFailure);
    const { collector, name, sizeBytes } = wanted;
    let [failures, refusals] = [0, 0];
    const tell = (waitingFor?: UploadWait, sentBytes = underWay.thereBytes ?? 0) =>
      onProgress({
        collector,
        name,
        sizeBytes,
        sentBytes: Math.min(sentBytes, sizeBytes),
        ...(waitingFor && { waitingFor }),
      });

    const send = (link: UploadLink, options: Parameters<Upload>[3]): ReturnType<Upload> => {
      const { url, headers, expiresAt } = link;
      if (link.upload === "single") return upload(source, url, headers, options);
      // Such a link takes a whole file too, of up to 5,000 MiB.
      if (!uploadBlocks) return upload(source, url, { ...headers, "x-ms-blob-type": "BlockBlob" }, options);
      return uploadBlocks({ ...source, file, createHasher, onFailure }, link, {
        ...options,
        upload,
        thereBytes: underWay.thereBytes ?? 0,
        async onThere(bytes) {
          underWay.thereBytes = bytes;
          failures = refusals = 0;
          await journal.save(answer);
        },
        hasExpired: () => Date.parse(expiresAt) <= api.serverNow(),
      });
    };

    function takeLink() {
      const link = links.get(fileId);
      links.delete(fileId);
      return link;
    }
    const waitsFor = () => (underWay.outcome ? undefined : gate.waitsFor(sizeBytes));

    for (;;) {
      await untilOpen(waitsFor, tell);
      if (underWay.outcome) return underWay.outcome; // the user took it back meanwhile
      let link = takeLink();
      if (!link || Date.parse(link.expiresAt) <= api.serverNow()) {
        const pending = answer.files.filter(({ outcome }) => !outcome).flatMap((one) => one.fileId ?? []);
        if (askedMs !== undefined) await wait(1);
        const fresh = await patiently(
          () => api.call<UploadLinks>("POST", `${path}:createUploadLinks`, { fileIds: pending }),
          () => tell("network"),
        );
        for (const one of fresh.links) links.set(one.fileId, one);
        if (fresh.there.includes(fileId)) return done();
        link = takeLink();
        if (!link) return "taken_back";
      }
      const attempt = new AbortController();
      const stop = (): void => {
        if (signal.aborted || underWay.outcome || waitsFor()) attempt.abort(signal.reason);
      };
      const leave = onChange(stop);
      stop();
      let status = 0;
      try {
        if (attempt.signal.aborted) continue;
        const answered = await send(link, {
          signal: attempt.signal,
          onProgress: (sentBytes) => tell(undefined, sentBytes),
        });
        ({ status } = answered);
        // The links create once. "It exists" means that an earlier attempt arrived whose answer was lost; whether its bytes
        // are the right ones, the server verifies as for any other.
        if ((status >= 200 && status < 300) || status === 409 || status === 412) return done();
        askedMs = answered.retryAfterMs;
        if (status < 500 && status !== 408 && status !== 429) refusals++;
        if (status === 403 && refusals === 1) continue; // a link that ran out is no failure
      } catch {
        stopIfAsked();
        if (attempt.signal.aborted && !unreadable) continue; // the user paused it, or the connection began to cost: no failure
        // A picked file that changed or went away meanwhile fails as a network does: only to read it tells the two apart.
        await file.blob?.slice(0, 1).arrayBuffer().catch(onFailure);
        if (unreadable) return "given_up";
        tell("network");
      } finally {
        leave();
      }
      if (refusals >= MOST_REFUSALS) {
        throw new BeckonError("upload_refused", `The file store answered ${status} to ${name}.`, {
          status,
          retryable: true,
        });
      }
      failures++;
      await wait(failures);
    }

    function done() {
      tell(undefined, sizeBytes);
      return "uploaded" as const;
    }
  }

  async function say(ended: FileUnderWay[]): Promise<void> {
    if (ended.length === 0) return;
    const files = ended.map(({ fileId, outcome }) => ({ fileId, outcome }));
    try {
      told = await patiently(() => api.call<Result>("POST", `${path}:complete`, { files }));
    } catch (error) {
      if (!hasCode(error, "file_outcome_stands")) throw error;
      // One of them has another outcome by now. It stands, and must not hide the others.
      if (files.length > 1) {
        for (const file of ended) await say([file]);
        return;
      }
      told = await read();
    }
    for (const file of ended) file.reported = true;
    await journal.save(answer);
  }

  /** Calls until an answer comes or the time is over. */
  async function patiently<Body>(call: () => Promise<{ body: Body }>, onOffline = () => {}): Promise<Body> {
    for (let failures = 1; ; failures++) {
      try {
        return (await call()).body;
      } catch (error) {
        if (!(error instanceof BeckonError) || !error.retryable) throw error;
        askedMs = error.retryAfterMs;
        if (hasCode(error, "network")) onOffline();
        await wait(failures);
      }
    }
  }

  /** Waits until the file may go out over this connection, or the time is over; meanwhile those go that may. */
  async function untilOpen(waitsFor: () => UploadWait | undefined, onWait: (why: UploadWait) => void): Promise<void> {
    for (let why = waitsFor(); why; why = waitsFor()) {
      const change = new AbortController();
      const leave = onChange(() => change.abort());
      try {
        onWait(why);
        stopIfAsked();
        if (await uploadNext(false)) continue;
        const leftMs = answer.until - api.serverNow();
        if (leftMs <= 0) throw new BeckonError("upload_too_late", "The time is over.");
        await clock.sleep(Math.min(leftMs, LONGEST_SLEEP_MS), change.signal).catch(() => {});
      } finally {
        leave();
      }
    }
    stopIfAsked();
  }

  /** Calls `act` when what an upload waits for, or goes on for, may have changed. @returns ends it */
  function onChange(act: () => void): () => void {
    const leave = gate.onChange(act);
    const leaveSignal = onAbort(signal, act);
    return () => {
      leave();
      leaveSignal();
    };
  }

  async function wait(failures: number): Promise<void> {
    const ms = backoffMs(failures, askedMs);
    askedMs = undefined;
    if (api.serverNow() + ms > answer.until) throw new BeckonError("upload_too_late", "The time is over.");
    await clock.sleep(ms, signal).catch(() => {});
    stopIfAsked();
  }

  function stopIfAsked(): void {
    if (signal.aborted)
      throw new BeckonError("stopped", "Stopped: sync() goes on with it.", {
        cause: signal.reason,
      });
  }
}
