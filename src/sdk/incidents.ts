import { freezeRequest } from "./freeze-request.ts";
import { type Bytes, type Collector, freezeBytes, type FrozenFile } from "./frozen-file.ts";
import { createSha256, type Hasher } from "./sha256.ts";
import type { BeckonStorage } from "./storage.ts";
import { tellLeftOut } from "./tell-left-out.ts";
import { SDK_VERSION } from "./version.ts";
import type { AnnouncedFile, LeftOut } from "./wire.ts";

/** A file as it was at the moment of an incident. */
export interface IncidentFile extends AnnouncedFile {
  /** The collector's words for the user. */
  readonly label: string;
}

/** A moment that was marked because something failed: facts and frozen files, on this device alone. */
export interface Incident {
  readonly id: string;
  /** RFC 3339. */
  readonly markedAt: string;
  readonly callIds: readonly string[];
  readonly note?: string;
  readonly sdkVersion: string;
  readonly appVersion?: string;
  readonly files: readonly IncidentFile[];
  /** What there was besides, as a report tells it. */
  readonly leftOut: readonly LeftOut[];
}

export interface IncidentOptions {
  /** Where incidents are kept; the same as `createBeckon` takes. */
  readonly storage: BeckonStorage;
  readonly collectors: readonly Collector[];
  /** Who is signed in, by the app's own id: another user of the device never sees, nor reports, these incidents. */
  readonly userId: string;
  /** Default: 5; the oldest goes. */
  readonly maxIncidents?: number;
  /** What the files of all incidents together may take. Default: 30 MiB; the oldest go. */
  readonly maxBytes?: number;
  /** What the files of one may take: the newest files, as in an answer. Default: a third of `maxBytes`. */
  readonly maxBytesEach?: number;
  /** Default: 14. */
  readonly maxAgeDays?: number;
  /** How far back the logs of a moment reach, in minutes. Default: 120. */
  readonly reachMinutes?: number;
  readonly appVersion?: string;
  /** A faster SHA-256 where there is one. */
  readonly createHasher?: () => Hasher;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** What went wrong where nobody waits for it. */
  readonly onError?: (error: unknown) => void;
}

export interface Incidents {
  /**
   * Freezes the logs of this moment, as a call fails, so that a report that the user makes later has them. Uploads nothing.
   * One after the other, where several come at once.
   *
   * @param what.note for whoever reads the report, such as the call's end reason; no free text of the user
   * @returns undefined where nothing could be stored (`onError` hears why). Never rejects: it is called where something else
   *   failed already.
   */
  markIncident(what?: { readonly callIds?: readonly string[]; readonly note?: string }): Promise<Incident | undefined>;
  /** This user's incidents, newest first. */
  incidents(): Promise<Incident[]>;
  /** The frozen files of an incident, in the order of `files`; undefined when it is gone. */
  openIncident(id: string): Promise<readonly FrozenFile[] | undefined>;
  /** Deletes it and its files; does nothing where it is gone already. */
  forgetIncident(id: string): Promise<void>;
}

interface Stored extends Incident {
  readonly userId: string;
  /** How many pieces each of `files` is stored in. */
  readonly pieces: readonly number[];
}

const RECORD = "beckon/incident/";
const FILE = "beckon/incident-file/";
/** What is held in memory while a file is copied. */
const PIECE_BYTES = 1024 * 1024;
const MOST_FILES = 50;
/** Pieces without a record are what an app left that died while it marked; or what another tab writes at this moment. */
const ORPHAN_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Keeps the logs of moments at which something failed, across restarts, within bounds. */
export function createIncidents(options: IncidentOptions): Incidents {
  const {
    storage,
    collectors,
    userId,
    maxIncidents = 5,
    maxBytes = 30 * 1024 * 1024,
    maxBytesEach = Math.floor(maxBytes / 3),
    maxAgeDays = 14,
    reachMinutes = 120,
    appVersion,
    createHasher = createSha256,
    now = Date.now,
  } = options;
  let marking: Promise<unknown> = Promise.resolve();

  async function readAll(): Promise<Stored[]> {
    const keys = (await storage.keys()).filter((key) => key.startsWith(RECORD));
    const texts = await Promise.all(keys.map((key) => storage.get(key)));
    const found = texts.flatMap((text) => (typeof text === "string" ? (JSON.parse(text) as Stored) : []));
    return found.toSorted((one, other) => Date.parse(other.markedAt) - Date.parse(one.markedAt));
  }

  async function remove(id: string): Promise<void> {
    // The record first: without it nobody finds half of the files.
    await storage.delete(RECORD + id);
    for (const key of await storage.keys()) if (key.startsWith(`${FILE}${id}/`)) await storage.delete(key);
  }

  /** Lets go of what is too old, of the oldest until there is room, and of what a run left half done. */
  async function makeRoom(places: number, roomBytes: number): Promise<void> {
    const oldestAt = now() - maxAgeDays * DAY_MS;
    let bytes = 0;
    const kept = new Set<string>();
    for (const { id, markedAt, files } of await readAll()) {
      const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const stays =
        kept.size + places < maxIncidents &&
        bytes + sizeBytes + roomBytes <= maxBytes &&
        Date.parse(markedAt) >= oldestAt;
      if (!stays) {
        await remove(id);
        continue;
      }
      kept.add(id);
      bytes += sizeBytes;
    }
    for (const key of await storage.keys()) {
      if (!key.startsWith(FILE)) continue;
      const [id = ""] = key.slice(FILE.length).split("/");
      if (!kept.has(id) && Number.parseInt(id, 36) < now() - ORPHAN_MS) await storage.delete(key);
    }
  }

  /** Copies the frozen bytes into the storage, a piece at a time. */
  async function keep(file: FrozenFile, key: string): Promise<{ pieces: number; sha256: string }> {
    const hasher = createHasher();
    let held: Bytes[] = [];
    let heldBytes = 0;
    let pieces = 0;
    const put = async () => {
      await storage.set(`${key}/${pieces}`, new Blob(held));
      [held, heldBytes] = [[], 0];
      pieces++;
    };
    for await (const piece of file.stream()) {
      hasher.update(piece);
      held.push(piece);
      heldBytes += piece.length;
      if (heldBytes >= PIECE_BYTES) await put();
    }
    if (heldBytes > 0) await put();
    return { pieces, sha256: hasher.digest("hex") };
  }

  async function mark({ callIds = [], note }: Parameters<Incidents["markIncident"]>[0] & {}): Promise<Incident> {
    const markedAt = now();
    const id = `${markedAt.toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
    const asked = {
      collectors: collectors.map(({ name }) => name),
      maxBytes: Math.min(maxBytesEach, maxBytes),
      maxFiles: MOST_FILES,
      window: {
        from: new Date(markedAt - reachMinutes * 60_000).toISOString(),
        // What is logged while the files are frozen belongs to the moment too.
        to: new Date(markedAt + 60_000).toISOString(),
      },
    };
    const frozen = await freezeRequest(asked, collectors, new AbortController().signal);
    try {
      await makeRoom(
        1,
        frozen.files.reduce((sum, { file }) => sum + file.sizeBytes, 0),
      );
      const files: IncidentFile[] = [];
      const pieces: number[] = [];
      for (const [index, { shown, file }] of frozen.files.entries()) {
        const copied = await keep(file, `${FILE}${id}/${index}`);
        pieces.push(copied.pieces);
        const { collector, label, name, sizeBytes, modifiedAt, coversFrom, coversTo } = shown;
        files.push({
          collector,
          label,
          name,
          sizeBytes,
          sha256: copied.sha256,
          modifiedAt: modifiedAt.toISOString(),
          ...(coversFrom && { coversFrom: coversFrom.toISOString() }),
          ...(coversTo && { coversTo: coversTo.toISOString() }),
        });
      }
      const incident: Incident = {
        id,
        markedAt: new Date(markedAt).toISOString(),
        callIds: [...callIds],
        ...(note !== undefined && { note }),
        sdkVersion: SDK_VERSION,
        ...(appVersion !== undefined && { appVersion }),
        files,
        leftOut: tellLeftOut(frozen),
      };
      const stored: Stored = { ...incident, userId, pieces };
      await storage.set(RECORD + id, JSON.stringify(stored));
      return incident;
    } catch (error) {
      await remove(id).catch(() => {});
      throw error;
    } finally {
      for (const { file } of frozen.files) await file.release?.();
    }
  }

  /** This user's, as far as they are not too old. */
  async function find(id: string): Promise<Stored | undefined> {
    return (await mine()).find((stored) => stored.id === id);
  }

  async function mine(): Promise<Stored[]> {
    const oldestAt = now() - maxAgeDays * DAY_MS;
    return (await readAll()).filter((one) => one.userId === userId && Date.parse(one.markedAt) >= oldestAt);
  }

  return {
    markIncident(what = {}) {
      const marked = marking
        .then(() => mark(what))
        .catch((error: unknown) => {
          options.onError?.(error);
          return undefined;
        });
      marking = marked;
      return marked;
    },

    async incidents() {
      return (await mine()).map(({ userId: _user, pieces: _pieces, ...incident }) => incident);
    },

    async openIncident(id) {
      const stored = await find(id);
      if (!stored) return undefined;
      const files: FrozenFile[] = [];
      for (const [index, file] of stored.files.entries()) {
        const parts: Blob[] = [];
        for (let piece = 0; piece < stored.pieces[index]!; piece++) {
          const part = await storage.get(`${FILE}${id}/${index}/${piece}`);
          if (!(part instanceof Blob)) return undefined; // removed since, by another tab
          parts.push(part);
        }
        files.push(
          freezeBytes(file.name, new Blob(parts), {
            modifiedAt: new Date(file.modifiedAt),
            ...(file.coversFrom !== undefined && { coversFrom: new Date(file.coversFrom) }),
            ...(file.coversTo !== undefined && { coversTo: new Date(file.coversTo) }),
          }),
        );
      }
      return files;
    },

    async forgetIncident(id) {
      if (await find(id)) await remove(id);
    },
  };
}
