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
    linesATick: 4,
    line: (n) =>
      `DEBUG rtp       seq=${n} jitterMs=${(n * 7) % 31} lost=${n % 53 === 0 ? 3 : 0} bitrateKbps=${900 + ((n * 13) % 400)}`,
  },
];

/** What an app that was in use for a while has written already, so that there is something to find. */
const LINES_BEFORE = 6_000;

export interface RotatingLogs {
  readonly folder: string;
  /** What the phone's collector takes. */
  readonly pattern: RegExp;
  /** Renames a log as its size would, and goes on in a new one. */
  rotate(name: string): void;
  stop(): void;
}

/** Writes the logs of a pretended app into a folder, and rotates them, until it is stopped. */
export function writeRotatingLogs(folder: string): RotatingLogs {
  mkdirSync(folder, { recursive: true });
  let sequence = 0;
  const append = (log: RotatingLog, lines: number, beginsAtMs: number) => {
    const stepMs = Math.max(1, (Date.now() - beginsAtMs) / lines);
    let text = "";
    for (let i = 0; i < lines; i++) {
      sequence += 1;
      text += `${new Date(beginsAtMs + i * stepMs).toISOString()} ${log.line(sequence)}\n`;
    }
    appendFileSync(join(folder, log.name), text);
  };
  const rotate = (log: RotatingLog) => {
    const path = (number: number) => join(folder, number === 0 ? log.name : `${log.name}.${number}`);
    rmSync(path(log.keep), { force: true });
    for (let number = log.keep - 1; number >= 0; number--) {
      if (existsSync(path(number))) renameSync(path(number), path(number + 1));
    }
    append(log, 1, Date.now());
  };
  const write = (log: RotatingLog, lines: number, beginsAtMs: number) => {
    append(log, lines, beginsAtMs);
    if (statSync(join(folder, log.name)).size >= log.rotateAtBytes) rotate(log);
  };

  const now = Date.now();
  for (const log of LOGS) {
    // Three stretches of the last half hour, so that older ones are there under their numbers.
    for (const part of [3, 2, 1]) write(log, (LINES_BEFORE * log.linesATick) / 4, now - part * 600_000);
  }
  const timer = setInterval(() => {
    for (const log of LOGS) write(log, log.linesATick, Date.now() - TICK_MS);
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
