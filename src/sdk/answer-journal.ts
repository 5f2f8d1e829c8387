import type { ShareNetwork } from "./beckon.ts";
import type { Collector, FrozenFile } from "./frozen-file.ts";
import { freezeBytes } from "./frozen-file.ts";
import type { BeckonStorage } from "./storage.ts";
import type { AnnouncedFile, DeviceFile, NewConsent } from "./wire.ts";
import { YOUNG_COPY_MS } from "./policy.ts";

/** What an answer or a report says of its files. */
export interface Announcing {
  files?: AnnouncedFile[] | undefined;
  /** When it was given, by this device's clock. */
  deviceNow?: string | undefined;
}

/**
 * An answer that the user has given and that is not carried out to its end. It is stored before it is sent, so that a
 * restart sends the same answer and uploads the same bytes. A report is such an answer too, to a question that nobody asked.
 */
export interface AnswerUnderWay<Told extends Announcing = NewConsent> {
  /** Of a report, which the server has not numbered yet, the key that the device gave it. */
  readonly requestId: string;
  /** Sent word for word, also when it is sent again. */
  readonly consent: Told;
  /** Where the bytes of `consent.files` are, in their order, and what became of them. */
  readonly files: FileUnderWay[];
  /**
   * `unmetered`: its files wait for a connection that costs nothing. `any`: they go over whatever there is. Where it does not
   * say, the app's cap decides.
   */
  network?: ShareNetwork;
  /** The user wants its files to wait. */
  paused?: boolean;
  /** Whether the server has said that it recorded the answer. */
  recorded: boolean;
  /** The user took it back, and the server may not know yet. Nothing is uploaded any more. */
  takingBack?: boolean;
  /** When it is too late, by the server's clock: `answerBy`, then `uploadBy`. Milliseconds since 1970. */
  until: number;
}

export interface FileUnderWay {
  /** From the collector: it reopens the file. */
  readonly saved?: string | undefined;
  /** The SDK's own copy in the storage. */
  readonly copy?: string | undefined;
  fileId?: string | undefined;
  /** How much of it is at the file store, in blocks that make no blob yet. */
  thereBytes?: number;
  outcome?: "uploaded" | "given_up" | "taken_back" | undefined;
  /** The server knows the outcome. */
  reported?: boolean;
}

export interface AnswerJournal<Answer extends AnswerUnderWay<Announcing> = AnswerUnderWay> {
  find(requestId: string): Promise<Answer | undefined>;
  list(): Promise<Answer[]>;
  /** Stores the answer with its frozen files. */
  begin(
    requestId: string,
    consent: Answer["consent"],
    files: readonly FrozenFile[],
    until: number,
    network?: ShareNetwork,
  ): Promise<Answer>;
  save(answer: Answer): Promise<void>;
  /** @returns undefined when the bytes are gone */
  open(answer: Answer, index: number): Promise<FrozenFile | undefined>;
  /** Forgets the answer and lets its files go. */
  end(answer: Answer): Promise<void>;
}

const ANSWER = "beckon/answer/";
/** Reports under way, of every user of this device. */
export const REPORTS = "beckon/report/";

/** Lets go of copies that nothing names: an app that was ended while it stored an answer leaves some. */
export async function sweepCopies(storage: BeckonStorage, now: number): Promise<void> {
  const keys = await storage.keys();
  for (const key of keys) {
    const [, id, since = ""] = /^beckon\/file\/(.+)\/\d+\/([^/]+)$/.exec(key) ?? [];
    // Another page may be storing an answer just now.
    const isYoung = now - Date.parse(since) < YOUNG_COPY_MS;
    if (id && !isYoung && !keys.some((other) => other.endsWith(`/${id}`))) await storage.delete(key);
  }
}

/** Notes under which ids the server knows the announced files. It keeps their names in Unicode's form NFC. */
export function noteFileIds({ consent, files }: AnswerUnderWay<Announcing>, known: readonly DeviceFile[]): void {
  files.forEach((file, index) => {
    const wanted = consent.files?.[index];
    file.fileId = known.find(
      ({ collector, name }) => collector === wanted?.collector && name === wanted.name.normalize(),
    )?.id;
  });
}

/** @param place where in the storage the answers are */
export function createAnswerJournal<Answer extends AnswerUnderWay<Announcing> = AnswerUnderWay>(
  storage: BeckonStorage,
  collectors: readonly Collector[],
  place = ANSWER,
): AnswerJournal<Answer> {
  /** Those of this run are open already. */
  const opened = new Map<string, readonly (FrozenFile | undefined)[]>();

  async function find(requestId: string) {
    const stored = await storage.get(place + requestId);
    return typeof stored === "string" ? (JSON.parse(stored) as Answer) : undefined;
  }

  async function save(answer: Answer) {
    await storage.set(place + answer.requestId, JSON.stringify(answer));
  }

  async function open(answer: Answer, index: number) {
    const here = opened.get(answer.requestId);
    if (here) return here[index];
    const announced = answer.consent.files?.[index];
    const { saved, copy } = answer.files[index] ?? {};
    if (!announced) return undefined;
    if (saved !== undefined) return collectors.find(({ name }) => name === announced.collector)?.reopen?.(saved);
    const blob = copy === undefined ? undefined : await storage.get(copy);
    return blob instanceof Blob ? freezeBytes(announced.name, blob) : undefined;
  }

  return {
    find,
    save,
    open,
    async list() {
      const keys = await storage.keys();
      const answers = await Promise.all(
        keys.filter((key) => key.startsWith(place)).map((key) => find(key.slice(place.length))),
      );
      return answers.filter((answer) => answer !== undefined);
    },
    async begin(requestId, consent, files, until, network) {
      opened.set(requestId, files);
      const kept = await Promise.all(
        files.map(async (file, index): Promise<FileUnderWay> => {
          if (file.saved !== undefined) return { saved: file.saved };
          if (!file.blob) return {};
          const copy = `beckon/file/${requestId}/${index}/${consent.deviceNow}`;
          // Without room for a copy the upload still goes on; only a restart would end it.
          return storage.set(copy, file.blob).then(
            () => ({ copy }),
            () => ({}),
          );
        }),
      );
      const answer = { requestId, consent, files: kept, recorded: false, until } as unknown as Answer;
      // `any` at this point is no more than the absence of a wish: it lifts no cap.
      if (network === "unmetered") answer.network = network;
      await save(answer);
      return answer;
    },
    async end(answer) {
      const files = await Promise.all(answer.files.map((_, index) => open(answer, index).catch(() => undefined)));
      opened.delete(answer.requestId);
      for (const { copy } of answer.files) if (copy !== undefined) await storage.delete(copy);
      // Last, so that what ends in between goes on with it.
      await storage.delete(place + answer.requestId);
      for (const file of files) await file?.release?.();
    },
  };
}
