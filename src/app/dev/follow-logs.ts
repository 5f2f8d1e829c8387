import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { DemoServers, ServiceName } from "#app/demo/start-servers.ts";

const FOLLOWED: readonly ServiceName[] = ["api", "worker"];
/** A log is a file that other processes write: it is looked at this often. */
const POLL_MS = 250;

/** The logs of API and worker as they are written, on request. */
export function followLogs(
  servers: DemoServers,
  say: (line: string) => void,
): { /** @returns whether they are told from now on */ toggle(): boolean; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const readTo = new Map<ServiceName, number>();
  const look = (name: ServiceName, tell: boolean) => {
    const file = servers.logFile(name);
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const before = readTo.get(name) ?? size;
    // A new process begins its log anew.
    const from = before > size ? 0 : before;
    readTo.set(name, size);
    if (!tell || from >= size) return;
    const bytes = Buffer.alloc(size - from);
    const handle = openSync(file, "r");
    readSync(handle, bytes, 0, bytes.length, from);
    closeSync(handle);
    for (const line of bytes.toString().split("\n")) if (line !== "") say(`${name.padEnd(7)} ${line}`);
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    toggle() {
      if (timer) {
        stop();
        return false;
      }
      for (const name of FOLLOWED) look(name, false);
      timer = setInterval(() => {
        for (const name of FOLLOWED) look(name, true);
      }, POLL_MS);
      return true;
    },
    stop,
  };
}
