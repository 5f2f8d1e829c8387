import { mkdir } from "node:fs/promises";
import { createConnection } from "node:net";
import { resolve } from "node:path";
import { startChildServer, type ChildServer } from "./child-server.ts";
import { onFreePort } from "./free-port.ts";

export type EmbeddedRedis = {
  url: string;
  port: number;
  pid: number;
  /** Ends the server; with `appendOnly` the data stays. May be called twice. */
  stop: () => Promise<void>;
};

/**
 * Starts a redis-server of this machine on 127.0.0.1, in some 50 ms. What a killed process left running on that folder is ended first.
 *
 * @param options.program where the redis-server lies: `findOnPath('redis-server', PATH)`.
 * @param options.dataDir made when missing.
 * @param options.port 0, the default, takes any free one.
 * @param options.appendOnly whether what it acknowledged survives its own death; off by default, because PostgreSQL is the truth.
 * @param options.log told what was cleaned up.
 * @throws Error with Redis's last lines and the next step.
 */
export async function startRedis({
  program,
  dataDir: givenDataDir,
  port = 0,
  appendOnly = false,
  log,
}: {
  program: string;
  dataDir: string;
  port?: number;
  appendOnly?: boolean;
  log?: (line: string) => void;
}): Promise<EmbeddedRedis> {
  // The server's working folder is not ours.
  const dataDir = resolve(givenDataDir);
  await mkdir(dataDir, { recursive: true });
  const settings = (chosen: number): Record<string, string> => ({
    bind: "127.0.0.1",
    port: String(chosen),
    dir: dataDir,
    // An evicted key is a lost job: BullMQ asks for exactly this.
    "maxmemory-policy": "noeviction",
    appendonly: appendOnly ? "yes" : "no",
    save: "",
    // Else Redis writes over its command line, by which an orphan is recognised.
    "set-proc-title": "no",
    daemonize: "no",
  });
  const start = (chosen: number): Promise<ChildServer> =>
    startChildServer({
      name: "Redis",
      stateDir: dataDir,
      command: () => ({
        program,
        args: Object.entries(settings(chosen)).flatMap(([name, value]) => [`--${name}`, value]),
        marker: `--dir ${dataDir} `,
      }),
      isReady: ({ pid }) => answersAs(pid, chosen),
      nextStep: `See that ${program} is Redis 6.2 or newer; if its data is of no more use, delete ${dataDir} and start again.`,
      log,
    });
  let usedPort = port;
  const server = await onFreePort({ port }, (chosen) => {
    usedPort = chosen;
    return start(chosen);
  });
  return { url: `redis://127.0.0.1:${usedPort}`, port: usedPort, pid: server.pid, stop: server.stop };
}

/**
 * A PING is refused while Redis reads its data back, so that a port which merely listens is not taken for one that is ready;
 * and the pid is asked for, because on a port that was taken another Redis would answer.
 */
function answersAs(pid: number, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = createConnection(port, "127.0.0.1", () => socket.write("PING\r\nINFO server\r\n"));
    socket.on("data", (bytes) => {
      answer += bytes.toString();
      const found = /process_id:(\d+)/.exec(answer);
      if (found === null && answer.startsWith("+PONG")) return;
      resolve(answer.startsWith("+PONG") && found?.[1] === String(pid));
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}
