import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** One log of the pretended app: how often it writes, when it rotates, how many old ones it keeps. */
interface RotatingLog {
  readonly name: string;
  readonly rotateAtBytes: number;
  readonly keep: number;
  readonly linesATick: number;
  readonly line: (sequence: number) => string;
}

const TICK_MS = 200;

const LOGS: readonly RotatingLog[] = [
  {
    name: "app.log",
    rotateAtBytes: 256 * 1024,
    keep: 2,
    linesATick: 2,
    line: (n) => `INFO  call-ui   frame=${n} screen=call state=${n % 40 === 0 ? "reconnecting" : "connected"}`,
  },
  {
    name: "media.log",
    rotateAtBytes: 2 * 1024 * 1024,
    keep: 1,
    linesATick: 6,
    line: (n) =>
      `DEBUG rtp       seq=${n} jitterMs=${(n * 7) % 31} lost=${n % 53 === 0 ? 3 : 0} bitrateKbps=${900 + ((n * 13) % 400)}`,
  },
];

/** What an app that was in use for a while has written already: this many stretches of ten minutes, a file each. */
const STRETCHES_BEFORE = 3;
const STRETCH_MS = 600_000;
const TICKS_A_STRETCH = 1_500;

export interface RotatingLogs {
  readonly folder: string;
  /** What the phone's collector takes. */
  readonly pattern: RegExp;
  /** Renames a log as its size would, and goes on in a new one. */
  rotate(name: string): void;
  stop(): void;
}

/** Writes the logs of a pretended app into a folder of its own, and rotates them, until it is stopped. */
export function writeRotatingLogs(folder: string): RotatingLogs {
  // A new app each time: what an earlier demo's wrote is no part of the story.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let sequence = 0;
  const append = (log: RotatingLog, lines: number, fromMs: number, toMs: number) => {
    let text = "";
    for (let i = 0; i < lines; i++) {
      sequence += 1;
      const at = new Date(fromMs + ((toMs - fromMs) * i) / lines);
      text += `${at.toISOString()} ${log.line(sequence)}\n`;
    }
    appendFileSync(join(folder, log.name), text);
  };
  const rotate = ({ name, keep }: RotatingLog) => {
    const path = (number: number) => join(folder, number === 0 ? name : `${name}.${number}`);
    rmSync(path(keep), { force: true });
    for (let number = keep - 1; number >= 0; number--) {
      if (existsSync(path(number))) renameSync(path(number), path(number + 1));
    }
  };

  const now = Date.now();
  for (const log of LOGS) {
    for (let stretch = STRETCHES_BEFORE; stretch > 0; stretch--) {
      const fromMs = now - stretch * STRETCH_MS;
      append(log, TICKS_A_STRETCH * log.linesATick, fromMs, fromMs + STRETCH_MS);
      if (stretch > 1) rotate(log);
    }
  }
  const timer = setInterval(() => {
    for (const log of LOGS) {
      append(log, log.linesATick, Date.now() - TICK_MS, Date.now());
      if (statSync(join(folder, log.name)).size >= log.rotateAtBytes) rotate(log);
    }
  }, TICK_MS);
  timer.unref();
  return {
    folder,
    pattern: /^(app|media)\.log(\.\d+)?$/,
    rotate(name) {
      const log = LOGS.find((candidate) => candidate.name === name);
      if (log) rotate(log);
    },
    stop: () => clearInterval(timer),
  };
}
