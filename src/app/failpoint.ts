import { appendFileSync, writeSync } from "node:fs";

export type Failpoint = (name: string) => void;

/**
 * For kill tests: a point between an effect and its record at which this process kills itself, as a power cut would. The hit
 * is written down first, so that a test can prove that it came this far.
 *
 * @param options.point `NAME` or `NAME:NTH`, such as `push:after-hub:3`; nothing when it is not set
 * @param options.file where `failpoint NAME hit` is appended; stderr when it is not set
 * @throws Error in production
 */
export function createFailpoint({
  point,
  file,
  production,
}: {
  readonly point: string | undefined;
  readonly file?: string | undefined;
  readonly production: boolean;
}): Failpoint | undefined {
  if (point === undefined) return undefined;
  if (production) throw new Error("FAILPOINT is for tests; it is refused when NODE_ENV=production");
  const [, wanted, nth = "1"] = /^([a-z-]+:[a-z-]+)(?::(\d+))?$/.exec(point) ?? [];
  if (wanted === undefined)
    throw new Error(`FAILPOINT should be NAME or NAME:NTH, such as relay:after-enqueue:2, not '${point}'`);
  let hits = 0;
  return (name) => {
    if (name !== wanted) return;
    hits += 1;
    if (hits !== Number(nth)) return;
    const line = `failpoint ${name} hit\n`;
    if (file === undefined) writeSync(2, line);
    else appendFileSync(file, line);
    process.kill(process.pid, "SIGKILL");
  };
}
