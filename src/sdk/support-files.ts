/**
 * A thin bridge to the log files that the native ACS Calling SDKs list for support: `callClient.getDebugInfo().getSupportFiles()`
 * on Android, `callClient.debugInfo.getSupportFiles()` on iOS, `SupportFiles` of the debug details on Windows. They are in
 * public preview, and in releases the files are encrypted: `.blog`, on Windows `.etl` too. Only Microsoft can read them, so
 * nothing here promises their content: only names, sizes, times and hashes.
 */
import type { Bytes, Collector, CollectRequest, FrozenFile } from "./frozen-file.ts";
import { throwIfAborted } from "./on-abort.ts";

/** A file as the platform knows it. */
export interface SupportFileFacts {
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** When its first line was written, where the platform knows. */
  readonly createdAt?: number | undefined;
}

/** What the app's native side has to give: four to seven small functions over paths or URIs. */
export interface SupportFilesBridge {
  /** What the Calling SDK lists at this moment: paths, or `file:` or `content:` URIs. */
  list(): Promise<readonly string[]>;
  stat(uri: string): Promise<SupportFileFacts>;
  /** The bytes from `start` up to `end`; fewer at the end of the file. */
  read(uri: string, start: number, end: number): Promise<Uint8Array>;
  /**
   * A place of the app's own for frozen copies. Without it a file is frozen as its first bytes, which holds as long as the
   * Calling SDK only appends to it and does not rotate: a file that changes otherwise is given up, never sent changed, and
   * no upload survives a restart.
   */
  readonly copies?: {
    /** Copies the first `sizeBytes` bytes there. @returns the copy's path or URI */
    make(uri: string, sizeBytes: number): Promise<string>;
    /** All copies that are there, by the names that `make` gave. */
    list(): Promise<readonly string[]>;
    remove(copy: string): Promise<void>;
  };
}

/** ACS lists two kinds: the calling SDK's own log, and those of its media stack. */
export type SupportFileKind = "calling" | "media";

/** How a frozen file is found again after a restart, as the JSON of `FrozenFile.saved`. */
interface Saved extends SupportFileFacts {
  readonly copy: string;
  readonly name: string;
}

/** What is read at once: small enough for the bridges of React Native. */
const READ_BYTES = 256 * 1024;

/**
 * Two collectors over the native support files: `acs-calling` and `media`. Empty files are left out, and named as such.
 *
 * @param options.labels what the user reads, in the user's language
 * @param options.kindOf tells the two apart by name where `supportFileKind` does not
 */
export function supportFilesCollectors({
  bridge,
  labels,
  kindOf = supportFileKind,
}: {
  readonly bridge: SupportFilesBridge;
  readonly labels: { readonly calling: string; readonly media: string };
  readonly kindOf?: (name: string) => SupportFileKind;
}): Collector[] {
  const { copies } = bridge;

  function frozen(uri: string, name: string, facts: SupportFileFacts, saved?: Saved): FrozenFile {
    const { sizeBytes, modifiedAt, createdAt } = facts;
    return {
      name,
      sizeBytes,
      modifiedAt: new Date(modifiedAt),
      coversFrom: createdAt === undefined ? undefined : new Date(createdAt),
      coversTo: createdAt === undefined ? undefined : new Date(modifiedAt),
      ...(saved && { saved: JSON.stringify(saved), release: () => copies!.remove(saved.copy) }),
      async *stream(start = 0, end = sizeBytes) {
        for (let at = start; at < end;) {
          const bytes = await bridge.read(uri, at, Math.min(at + READ_BYTES, end));
          if (bytes.length === 0) return; // it was cut short: its hash will tell
          at += bytes.length;
          yield bytes as Bytes;
        }
      },
    };
  }

  async function freeze(uri: string, name: string, facts: SupportFileFacts): Promise<FrozenFile> {
    if (!copies) return frozen(uri, name, facts);
    const copy = await copies.make(uri, facts.sizeBytes);
    return frozen(copy, name, facts, { ...facts, copy, name });
  }

  async function collect(kind: SupportFileKind, { window, maxBytes, maxFiles, signal, leaveOut }: CollectRequest) {
    const found: { uri: string; name: string; facts: SupportFileFacts }[] = [];
    for (const uri of await bridge.list()) {
      const name = lastName(uri);
      if (kindOf(name) !== kind) continue;
      const facts = await bridge.stat(uri).catch(() => undefined);
      if (!facts) leaveOut({ name, sizeBytes: 0, modifiedAt: new Date(), reason: "unreadable" });
      else if (facts.sizeBytes === 0)
        leaveOut({ name, sizeBytes: 0, modifiedAt: new Date(facts.modifiedAt), reason: "empty" });
      else if (window && facts.modifiedAt < window.from.getTime()) continue;
      else found.push({ uri, name, facts });
    }
    found.sort((one, other) => other.facts.modifiedAt - one.facts.modifiedAt);

    const files: FrozenFile[] = [];
    let totalBytes = 0;
    for (const { uri, name, facts } of found) {
      throwIfAborted(signal);
      const { sizeBytes } = facts;
      const modifiedAt = new Date(facts.modifiedAt);
      // The SDK would let it go anyway: no copy is made to find that out.
      if (files.length >= maxFiles || totalBytes + sizeBytes > maxBytes) {
        const reason = files.length >= maxFiles ? "over_max_files" : "over_max_bytes";
        leaveOut({ name, sizeBytes, modifiedAt, reason });
        continue;
      }
      try {
        files.push(await freeze(uri, name, facts));
        totalBytes += sizeBytes;
      } catch {
        leaveOut({ name, sizeBytes, modifiedAt, reason: "unreadable" });
      }
    }
    return files;
  }

  function collector(kind: SupportFileKind, name: string): Collector {
    return {
      name,
      label: labels[kind],
      collect: (request) => collect(kind, request),
      ...(copies && {
        async reopen(saved: string) {
          const kept = JSON.parse(saved) as Saved;
          const now = await bridge.stat(kept.copy).catch(() => undefined);
          return now?.sizeBytes === kept.sizeBytes ? frozen(kept.copy, kept.name, kept, kept) : undefined;
        },
      }),
    };
  }

  const [calling, media] = [collector("calling", "acs-calling"), collector("media", "media")];
  if (!copies) return [calling, media];

  // Both keep their copies in one place, so what nobody needs is known once both have been asked.
  const needed = new Map<string, readonly string[]>();
  const releaseAllBut = (name: string) => async (saved: readonly string[]) => {
    needed.set(
      name,
      saved.map((one) => (JSON.parse(one) as Saved).copy),
    );
    if (needed.size < 2) return;
    const wanted = new Set([...needed.values()].flat());
    for (const copy of await copies.list()) if (!wanted.has(copy)) await copies.remove(copy);
  };
  return [calling, media].map((one) => ({ ...one, releaseAllBut: releaseAllBut(one.name) }));
}

/**
 * Which kind a support file is, by its name: Microsoft documents `acs….blog` for the calling log (`acs_sdk.blog`); whatever
 * else is listed is the media stack's.
 */
export function supportFileKind(name: string): SupportFileKind {
  return /^acs.*\.blog/i.test(name) && !/media/i.test(name) ? "calling" : "media";
}

/** The last part of a path or URI, of any platform, as people read it. */
function lastName(uri: string): string {
  const isUri = /^[a-z][a-z0-9+.-]+:/i.test(uri);
  const last = (isUri ? uri.replace(/[?#].*$/, "") : uri).split(/[/\\]/).findLast((part) => part !== "") ?? "";
  if (!isUri) return last;
  try {
    return decodeURIComponent(last).split("/").at(-1) ?? last;
  } catch {
    return last;
  }
}
