import { createInterface } from "node:readline/promises";
import type { PhoneAnswer } from "#phone/start-phone.ts";
import type { Review, ReviewFile } from "#sdk/create-beckon.ts";
import { formatBytes, type Story } from "./story.ts";

/** How long "later" puts the prompt off: long enough to see that it went, short enough to see that it comes back. */
const LATER_MS = 15_000;

/** Files beyond this are counted and not listed: a screen is only so long. */
const LISTED_FILES = 20;

/** Shows the consent prompt as the phone would: who asks, why, the server's text, and the real files with their sizes. */
export function showPrompt(review: Review, story: Story): void {
  const { request, files, totalBytes, leftOut, unavailable } = review;
  const edge = story.dim("│");
  const line = (text = "") => story.say(`  ${edge} ${text}`.trimEnd());
  story.say();
  story.say(`  ${story.dim(`┌─ Ann's phone ${"─".repeat(Math.max(0, story.width - 17))}`)}`);
  for (const paragraph of review.textFor().trim().split("\n")) {
    for (const row of wrap(paragraph, story.width - 4)) line(row);
  }
  line();
  line(
    story.bold(
      `${files.length === 1 ? "1 file" : `${files.length} files`}, ${formatBytes(totalBytes)}, for ticket ${request.ticketNumber}`,
    ),
  );
  const nameWidth = Math.max(0, ...files.slice(0, LISTED_FILES).map(({ name }) => name.length));
  files.slice(0, LISTED_FILES).forEach((file, index) => {
    const number = String(index + 1).padStart(3);
    line(`${number}  ${file.name.padEnd(nameWidth)}  ${formatBytes(file.sizeBytes).padStart(7)}  ${coverageOf(file)}`);
  });
  if (files.length > LISTED_FILES) line(`     and ${files.length - LISTED_FILES} more`);
  for (const { name, sizeBytes } of leftOut.slice(0, 5)) {
    line(story.dim(`     ${name}  ${formatBytes(sizeBytes)}  stays here: more than was asked for`));
  }
  if (leftOut.length > 5) line(story.dim(`     and ${leftOut.length - 5} more stay here`));
  for (const { collector } of unavailable) line(story.dim(`     nothing of '${collector}' could be read`));
  story.say(`  ${story.dim(`└${"─".repeat(Math.max(0, story.width - 3))}`)}`);
  story.say();
}

/**
 * Asks the person at the keyboard until the answer is one. Steps that happen meanwhile are told afterwards.
 *
 * @param signal aborts when the prompt came down by itself
 */
export async function askPerson(
  review: Review,
  {
    story,
    streams,
    signal,
  }: { story: Story; streams: { input: NodeJS.ReadStream; output: NodeJS.WriteStream }; signal: AbortSignal },
): Promise<PhoneAnswer> {
  const keyboard = createInterface(streams);
  // Ctrl-C at the question ends the demo as it does elsewhere.
  keyboard.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    for (;;) {
      story.hold();
      const said = await keyboard.question("  [s]hare all   [p]ick   [d]ecline   [l]ater  > ", { signal });
      const word = said.trim().toLowerCase();
      if ("share".startsWith(word || "-")) return { kind: "share" };
      if ("decline".startsWith(word || "-")) return { kind: "decline" };
      if ("later".startsWith(word || "-")) return { kind: "later", until: new Date(Date.now() + LATER_MS) };
      if ("pick".startsWith(word || "-")) {
        const numbers = await keyboard.question("  Which? Numbers with spaces, such as 1 3  > ", { signal });
        const files = pick(review.files, numbers);
        if (files) return { kind: "share", files };
        streams.output.write(`  Numbers from 1 to ${review.files.length}, please.\n`);
        continue;
      }
      streams.output.write("  One of s, p, d, l, please.\n");
    }
  } finally {
    keyboard.close();
    story.release();
  }
}

/** @returns undefined when what was typed names no file, or one that is not there */
function pick(files: readonly ReviewFile[], typed: string): ReviewFile[] | undefined {
  const numbers = new Set(
    typed
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number),
  );
  const chosen = [...numbers].flatMap((number) => files[number - 1] ?? []);
  return chosen.length > 0 && chosen.length === numbers.size ? chosen : undefined;
}

function coverageOf({ coversFrom, coversTo }: ReviewFile): string {
  const time = (moment: Date) => moment.toTimeString().slice(0, 8);
  return coversFrom && coversTo ? `${time(coversFrom)} – ${time(coversTo)}` : "";
}

function wrap(paragraph: string, width: number): string[] {
  const rows: string[] = [];
  let row = "";
  for (const word of paragraph.split(" ")) {
    if (row !== "" && row.length + 1 + word.length > width) {
      rows.push(row);
      row = word;
    } else {
      row = row === "" ? word : `${row} ${word}`;
    }
  }
  rows.push(row);
  return rows;
}
