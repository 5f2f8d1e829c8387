import { useCallback, useEffect, useRef, useState } from "react";
import { ApiProblem, fetchApi, isRefusal } from "#console/api/call-api.ts";
import { useWhenBack } from "#console/live/use-when-back.ts";
import { readLines, type LogLine } from "./read-log.ts";

/** One read, one audit row: large enough that a usual log is one, small enough to be shown soon. */
const PART_BYTES = 4 * 1024 * 1024;

export interface LogText {
  readonly lines: readonly LogLine[];
  readonly readBytes: number;
  readonly sizeBytes: number;
  readonly isReading: boolean;
  readonly error: unknown;
  /** Reads the next part, if there is one. */
  readonly more: () => void;
}

/** A text file, part by part. A part may end inside of a line, or of a character. */
export function useLogText(fileId: string, sizeBytes: number): LogText {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [readBytes, setReadBytes] = useState(0);
  const [isReading, setReading] = useState(false);
  const [error, setError] = useState<unknown>();
  const decoder = useRef(new TextDecoder());
  const isBusy = useRef(false);

  const more = useCallback(() => {
    if (isBusy.current || (readBytes >= sizeBytes && readBytes > 0)) return;
    isBusy.current = true;
    setReading(true);
    setError(undefined);
    const to = Math.min(sizeBytes, readBytes + PART_BYTES) - 1;
    const headers = sizeBytes > PART_BYTES ? { range: `bytes=${readBytes}-${to}` } : {};
    fetchApi("GET", `/v1/files/${fileId}/content`, { headers })
      .then(async (response) => new Uint8Array(await response.arrayBuffer()))
      .then((bytes) => {
        const end = readBytes + bytes.byteLength;
        const text = decoder.current.decode(bytes, { stream: end < sizeBytes });
        setReadBytes(end);
        setLines((before) => {
          const whole = before.slice(0, -1);
          return [...whole, ...readLines((before.at(-1)?.text ?? "") + text, whole)];
        });
      })
      .catch((trouble: unknown) => setError(trouble))
      .finally(() => {
        isBusy.current = false;
        setReading(false);
      });
  }, [fileId, readBytes, sizeBytes]);

  const hasBegun = useRef(false);
  useEffect(() => {
    if (hasBegun.current) return;
    hasBegun.current = true;
    more();
  }, [more]);

  useWhenBack(() => {
    if (error !== undefined && !isRefusal(error)) more();
  });

  return { lines, readBytes, sizeBytes, isReading, error, more };
}

export function isNotText(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === "not_text";
}
