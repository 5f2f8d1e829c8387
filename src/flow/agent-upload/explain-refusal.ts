import { Problem } from "#domain/problems.ts";
import { EXPORT_FILES_AT_MOST, type ExportRefusal, type ExportVerdict } from "#http/check-export.ts";

const DETAILS: Readonly<Record<Exclude<ExportRefusal, "too_large">, string>> = {
  not_a_zip: "It is no zip, or its end is missing.",
  empty: "It is a zip without files.",
  too_many_files: `It may have ${EXPORT_FILES_AT_MOST} files and their manifest.`,
  directory_too_large: "Its list of files holds far more than the files' names.",
  unsafe_path: "A path in it leads out of its folder, or has characters that hide what it is.",
  duplicate_path: "Two of its files have one path.",
  overlapping: "Its files lie over each other.",
};

/** What is wrong with a zip that is put on no ticket. Its own paths are not repeated: they may be anything. */
export function explainRefusal({ why }: Extract<ExportVerdict, { kind: "refused" }>, maxBytes: number): Problem {
  if (why === "too_large")
    return new Problem("body_too_large", { detail: `Unpacked, its files may have ${maxBytes} bytes together.` });
  return new Problem("unusable_zip", { detail: DETAILS[why], extra: { why } });
}
