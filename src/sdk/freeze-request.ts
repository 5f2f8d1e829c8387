import type { Collector, FrozenFile } from "./frozen-file.ts";
import type { DeviceLogRequest, LeftOutReason } from "./wire.ts";
import { LARGEST_FILE_BYTES } from "./policy.ts";

/** A frozen file as the user sees it in the prompt. */
export interface ReviewFile {
  readonly collector: string;
  /** The collector's words for the user. */
  readonly label: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  readonly coversFrom: Date | undefined;
  readonly coversTo: Date | undefined;
  /** The frozen bytes, to show what is in the file. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** A file, or a part of one, that was found and will not be sent. The ticket gets to know of it if the user shares. */
export interface LeftOutFile {
  readonly collector: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  readonly reason: LeftOutReason;
}

export interface Frozen {
  readonly files: readonly { readonly shown: ReviewFile; readonly file: FrozenFile }[];
  readonly leftOut: readonly LeftOutFile[];
  /** Asked collectors that this app has not, or that failed. */
  readonly unavailable: readonly { readonly collector: string; readonly error?: unknown }[];
}

/** Freezes what the request asks for: the newest files that fit into it. What does not fit is named and released. */
export async function freezeRequest(
  request: Pick<DeviceLogRequest, "collectors" | "maxBytes" | "maxFiles" | "window"> & {
    readonly maxFileBytes?: number;
  },
  collectors: readonly Collector[],
  signal: AbortSignal,
): Promise<Frozen> {
  const found: { collector: Collector; file: FrozenFile }[] = [];
  const leftOut: LeftOutFile[] = [];
  const unavailable: { collector: string; error?: unknown }[] = [];
  const { maxBytes, maxFiles, maxFileBytes = LARGEST_FILE_BYTES } = request;
  const window = request.window && { from: new Date(request.window.from), to: new Date(request.window.to) };

  for (const name of request.collectors) {
    const collector = collectors.find((candidate) => candidate.name === name);
    if (!collector) {
      unavailable.push({ collector: name });
      continue;
    }
    try {
      // One that fails takes nothing from the others.
      const files = await collector.collect({
        window,
        maxBytes,
        maxFiles,
        signal,
        leaveOut: ({ name: file, sizeBytes, modifiedAt, reason = "over_max_bytes" }) =>
          leftOut.push({ collector: name, name: file, sizeBytes, modifiedAt, reason }),
      });
      found.push(...files.map((file) => ({ collector, file })));
    } catch (error) {
      unavailable.push({ collector: name, error });
    }
  }

  found.sort((one, other) => other.file.modifiedAt.getTime() - one.file.modifiedAt.getTime());
  const files: { shown: ReviewFile; file: FrozenFile }[] = [];
  const taken = new Set<string>();
  let totalBytes = 0;
  for (const { collector, file } of found) {
    const { sizeBytes, modifiedAt } = file;
    const reason = whyTooMuch(sizeBytes);
    if (reason) {
      leftOut.push({ collector: collector.name, name: file.name, sizeBytes, modifiedAt, reason });
      await file.release?.();
      continue;
    }
    totalBytes += sizeBytes;
    const shown: ReviewFile = {
      collector: collector.name,
      label: collector.label,
      name: unusedName(collector.name, file.name, taken),
      sizeBytes,
      modifiedAt,
      coversFrom: file.coversFrom,
      coversTo: file.coversTo,
      read: (start, end) => file.stream(start, end),
    };
    files.push({ shown, file });
  }
  return { files, leftOut, unavailable };

  function whyTooMuch(sizeBytes: number): LeftOutReason | undefined {
    if (sizeBytes > maxFileBytes) return "too_large";
    if (files.length >= maxFiles) return "over_max_files";
    return totalBytes + sizeBytes > maxBytes ? "over_max_bytes" : undefined;
  }
}

/** A consent names a file by collector and name: the second `app.log` becomes `app-2.log`. */
function unusedName(collector: string, wanted: string, taken: Set<string>): string {
  // As the server keeps it: a Mac may write an "ü" in two characters.
  const full = wanted.normalize() || "unnamed";
  const [, stem = full, extension = ""] = /^(.+?)(\.[^.]{0,19})?$/s.exec(full) ?? [];
  for (let number = 1; ; number++) {
    const end = (number === 1 ? "" : `-${number}`) + extension;
    const name = stem.slice(0, 255 - end.length) + end;
    if (taken.has(`${collector}/${name}`)) continue;
    taken.add(`${collector}/${name}`);
    return name;
  }
}
