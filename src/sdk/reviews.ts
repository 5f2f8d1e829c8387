import { BeckonError } from "./beckon-error.ts";
import type { Asked, ReviewOf } from "./beckon.ts";
import { fillConsentText, valuesShown } from "./fill-consent-text.ts";
import type { Frozen, ReviewFile } from "./freeze-request.ts";
import type { Hasher } from "./sha256.ts";
import { tellLeftOut } from "./tell-left-out.ts";
import { hashFile } from "./verify-source.ts";
import type { DeviceLogRequest, LeftOut } from "./wire.ts";

/** A frozen file as the user saw it, with its hash: what a consent names. */
export interface ChosenFile {
  readonly shown: ReviewFile;
  readonly file: Frozen["files"][number]["file"];
  readonly sha256: string;
}

/** What users are looking at: the frozen files of each request, until it is answered or its prompt comes down. */
export interface Reviews<Request extends Asked = DeviceLogRequest> {
  /** Freezes once; the same review to whoever asks again. @throws BeckonError what `readOpen` throws */
  open(requestId: string): Promise<ReviewOf<Request>>;
  /**
   * Ends the review with the files that the user ticked (all unless given), and lets go of the others.
   *
   * @throws BeckonError `not_reviewed`, `file_unreadable`, `request_closed`
   */
  take(
    requestId: string,
    files: readonly ReviewFile[] | undefined,
  ): Promise<{
    readonly request: Request;
    readonly chosen: ChosenFile[];
    /** As the ticket gets to know it. */
    readonly leftOut: LeftOut[];
  }>;
  /** Ends the review, where there is one, and lets go of its files. @returns the request as it was shown */
  close(requestId: string): Promise<Request | undefined>;
}

interface Held<Request extends Asked> {
  readonly review: ReviewOf<Request>;
  readonly frozen: Frozen;
  /** Taken while the user reads. */
  readonly hashes: Promise<string[]>;
}

/** @param readOpen the request, if it can still be answered; throws where there is nothing to ask */
export function createReviews<Request extends Asked = DeviceLogRequest>({
  freezeFor,
  createHasher,
  canWaitForUnmetered,
  readOpen,
  onFrozen,
}: {
  readonly freezeFor: (request: Request) => Promise<Frozen>;
  readonly createHasher: () => Hasher;
  readonly canWaitForUnmetered: boolean;
  readonly readOpen: (requestId: string) => Promise<Request>;
  readonly onFrozen: (requestId: string, frozen: Frozen) => void;
}): Reviews<Request> {
  const reviews = new Map<string, Promise<Held<Request>>>();

  async function freeze(requestId: string): Promise<Held<Request>> {
    const request = await readOpen(requestId);
    const frozen = await freezeFor(request);
    const files = frozen.files.map(({ shown }) => shown);
    const hashes = (async () => {
      const taken: string[] = [];
      for (const { file } of frozen.files) taken.push(await hashFile(file, createHasher));
      return taken;
    })();
    hashes.catch(() => {}); // take() meets it
    onFrozen(requestId, frozen);
    return {
      frozen,
      hashes,
      review: {
        request,
        textFor: (chosen = files) => fillConsentText(request, chosen),
        valuesFor: (chosen = files) => valuesShown(request, chosen),
        files,
        totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        leftOut: frozen.leftOut,
        unavailable: frozen.unavailable,
        canWaitForUnmetered,
      },
    };
  }

  return {
    async open(requestId) {
      let held = reviews.get(requestId);
      if (!held) {
        const freezing = freeze(requestId);
        held = freezing;
        reviews.set(requestId, freezing);
        freezing.catch(() => reviews.get(requestId) === freezing && reviews.delete(requestId));
      }
      return (await held).review;
    },

    async take(requestId, files) {
      const opening = reviews.get(requestId);
      const held = await opening;
      if (!held) throw new BeckonError("not_reviewed", "Call review() and show it first.");
      const hashes = await held.hashes.catch(async (cause: unknown) => {
        // Frozen anew by the next review: this one could never be answered.
        if (reviews.get(requestId) === opening) reviews.delete(requestId);
        await release(held.frozen.files.map(({ file }) => file));
        throw new BeckonError("file_unreadable", "A frozen file cannot be read.", { cause });
      });
      if (!reviews.delete(requestId)) throw new BeckonError("request_closed", "The prompt came down first.");
      const wanted = held.frozen.files.map(({ shown, file }, index) => ({ shown, file, sha256: hashes[index] ?? "" }));
      const isChosen = ({ shown }: ChosenFile) =>
        !files || files.some((file) => file.collector === shown.collector && file.name === shown.name);
      await release(wanted.filter((one) => !isChosen(one)).map(({ file }) => file));
      return { request: held.review.request, chosen: wanted.filter(isChosen), leftOut: tellLeftOut(held.frozen) };
    },

    async close(requestId) {
      const opening = reviews.get(requestId);
      reviews.delete(requestId);
      const held = await opening?.catch(() => undefined);
      await release(held?.frozen.files.map(({ file }) => file) ?? []);
      return held?.review.request;
    },
  };
}

async function release(files: readonly { release?(): Promise<void> }[]): Promise<void> {
  for (const file of files) await file.release?.();
}
