import { styleText } from "node:util";

/** A stream that a person or a file reads: process.stdout or process.stderr. */
export type StoryStream = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;

export type Teller = "agent" | "hub" | "phone" | "worker" | "demo";

export interface Story {
  /** One thing that happened, with the time since the story began. */
  step(who: Teller, text: string, options?: { readonly detail?: string }): void;
  /** A paragraph of its own. */
  say(text?: string): void;
  heading(text: string): void;
  /** How far an upload is: a bar that moves on a terminal, and one line when it is whole elsewhere. */
  progress(upload: { id: string; name: string; sentBytes: number; sizeBytes: number }): void;
  /** Keeps steps back while the person reads and types; `release` tells them. */
  hold(): void;
  release(): void;
  readonly width: number;
  bold(text: string): string;
  dim(text: string): string;
}

const BAR_WIDTH = 24;
/** Text that is wider is hard to read, however wide the terminal. */
const MAX_WIDTH = 100;
const USUAL_WIDTH = 80;

const COLOURS = { agent: "cyan", hub: "magenta", phone: "green", worker: "yellow", demo: "gray" } as const;

/** Tells what happens, aligned; in colour only on a terminal and without NO_COLOR. */
export function createStory(stream: StoryStream): Story {
  const beganAt = performance.now();
  // Some terminals say that they have no columns at all.
  const width = Math.min((stream.columns ?? 0) || USUAL_WIDTH, MAX_WIDTH);
  let held: string[] | undefined;
  let bar = "";
  /** Of these the whole bar was drawn: an upload says more than once that it is done. */
  const whole = new Set<string>();

  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    // It looks at NO_COLOR, FORCE_COLOR and whether this is a terminal.
    styleText(format, text, { stream: stream as NodeJS.WriteStream, validateStream: true });
  const write = (line: string) => {
    if (held) {
      held.push(line);
      return;
    }
    stream.write(bar === "" ? `${line}\n` : `\r\u001B[2K${line}\n${bar}`);
  };
  const column = (who: Teller) => paint(COLOURS[who], who.padEnd(7));
  const clock = () => paint("gray", `${((performance.now() - beganAt) / 1000).toFixed(2).padStart(7)} s`);

  return {
    width,
    step(who, text, { detail } = {}) {
      write(`${clock()}  ${column(who)} ${text}${detail === undefined ? "" : paint("gray", `  ${detail}`)}`);
    },
    say: (text = "") => write(text),
    heading: (text) => {
      write("");
      write(paint("bold", text));
    },
    progress({ id, name, sentBytes, sizeBytes }) {
      if (whole.has(id)) return;
      const share = sizeBytes === 0 ? 1 : sentBytes / sizeBytes;
      const full = Math.round(share * BAR_WIDTH);
      const drawn = `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)}`;
      const line = `${clock()}  ${column("phone")} ${drawn} ${String(Math.round(share * 100)).padStart(3)} %  ${name}  ${formatBytes(sizeBytes)}`;
      if (share >= 1) {
        if (bar !== "") stream.write("\r\u001B[2K");
        bar = "";
        whole.add(id);
        write(line);
      } else if (stream.isTTY && !held) {
        bar = line;
        stream.write(`\r\u001B[2K${line}`);
      }
    },
    hold() {
      held ??= [];
    },
    release() {
      const kept = held ?? [];
      held = undefined;
      for (const line of kept) write(line);
    },
    bold: (text) => paint("bold", text),
    dim: (text) => paint("gray", text),
  };
}

/** `4.2 MB`, as people read sizes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = bytes < 1000 ** 2 ? 1 : bytes < 1000 ** 3 ? 2 : 3;
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${["", "kB", "MB", "GB"][power]}`;
}
