import { collectorName, parseTime } from "#contract/primitives.ts";
import { readLeftOut } from "#contract/render-file.ts";
import { reportContentForm } from "#contract/reports.ts";
import { Problem, type ProblemDetail } from "#domain/problems.ts";
import { parseInput } from "#http/parse-input.ts";
import type { ReportContent } from "./save-report.ts";

/** What a text of 10,000 characters takes in UTF-8, and more than any other field needs. */
const FIELD_BYTES_AT_MOST = 64 * 1024;
const FIELDS_BYTES_AT_MOST = 256 * 1024;
/** Every field once, and call ids as often as they may be. */
export const FIELDS_AT_MOST = 64;

const REPEATED = ["callIds"];
const AS_JSON = ["answers", "consentText", "leftOut"];
/** Parts of this name are of the app itself; any other name is the collector's. */
const PLAIN_FILES = ["file", "files"];

/** Control characters, and marks that turn the direction of what follows: a name must read as it is. No path either. */
const UNREADABLE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069/\\]/u;
const NAME_LENGTH = 255;

/** Gathers the fields of a form in whatever order they come. */
export interface ReportForm {
  /** @throws invalid_request when the field is too long, body_too_large when all together are */
  addField(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * The collector and the name of a file, checked before a byte of it is stored.
   *
   * @throws invalid_request
   */
  addFile(partName: string, fileName: string): { readonly collector: string; readonly name: string };
  /** @throws invalid_request naming every field that is wrong */
  content(): ReportContent;
}

/** An empty form. */
export function createReportForm(): ReportForm {
  const fields = new Map<string, string[]>();
  const files = new Set<string>();
  let bytesOfAll = 0;

  return {
    async addField(name, bytes) {
      const target = fieldOf(name);
      const chunks: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of bytes) {
        length += chunk.byteLength;
        bytesOfAll += chunk.byteLength;
        if (length > FIELD_BYTES_AT_MOST) throw invalid(target, `must be at most ${FIELD_BYTES_AT_MOST} bytes`);
        if (bytesOfAll > FIELDS_BYTES_AT_MOST)
          throw new Problem("body_too_large", {
            detail: `The fields may have ${FIELDS_BYTES_AT_MOST} bytes together.`,
          });
        chunks.push(chunk);
      }
      fields.set(target, [...(fields.get(target) ?? []), decode(target, chunks, length)]);
    },

    addFile(partName, fileName) {
      const target = `files[${files.size}]`;
      const field = fieldOf(partName);
      const collector = PLAIN_FILES.includes(field) ? "app" : field;
      if (!collectorName.safeParse(collector).success)
        throw invalid(
          target,
          "is in a part whose name is no collector: lower-case letters, digits and '-', at most 40",
        );
      const name = fileName.normalize("NFC");
      if (name.length > NAME_LENGTH || UNREADABLE.test(name) || !name.isWellFormed() || /^\.{1,2}$/.test(name))
        throw invalid(
          `${target}.name`,
          `must be 1 to ${NAME_LENGTH} characters, with no path and no control or direction marks`,
        );
      if (files.has(`${collector}/${name}`)) throw invalid(target, "has the collector and the name of another file");
      files.add(`${collector}/${name}`);
      return { collector, name };
    },

    content() {
      const { deviceNow, leftOut, ...content } = parseInput(reportContentForm, membersOf(fields), "body");
      return {
        ...content,
        leftOut: leftOut.map(readLeftOut),
        ...(deviceNow === undefined ? {} : { deviceNow: parseTime(deviceNow) }),
      };
    },
  };
}

/** Whoever writes `callIds[]`, as PHP has it, means `callIds`. */
function fieldOf(name: string): string {
  return name.endsWith("[]") ? name.slice(0, -2) : name;
}

function membersOf(fields: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  const members: [string, unknown][] = [];
  for (const [name, values] of fields) {
    // A form sends every field that it has; an empty one says nothing.
    const given = values.filter((value) => value !== "");
    const [only] = given;
    if (only === undefined) continue;
    if (REPEATED.includes(name)) members.push([name, given]);
    else if (given.length > 1) throw invalid(name, "was given more than once");
    else members.push([name, AS_JSON.includes(name) ? parseJson(name, only) : only]);
  }
  // Not one by one: `__proto__` is a name like any other, and no more.
  return Object.fromEntries(members);
}

function parseJson(target: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(target, "must be JSON");
  }
}

function decode(target: string, chunks: readonly Uint8Array[], length: number): string {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(target, "must be UTF-8");
  }
}

function invalid(target: string, message: string): Problem {
  const details: ProblemDetail[] = [{ target, message }];
  return new Problem("invalid_request", { detail: `The form has a mistake: ${target} ${message}.`, details });
}
