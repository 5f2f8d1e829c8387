import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { removeData, serverFolders } from "#app/embedded/data-folder.ts";
import { processIdentity } from "#app/embedded/process-identity.ts";
import { testQueue } from "#test/support/queue-world.ts";
import { startBeckon, runBeckon } from "#test/support/run-beckon.ts";
import { makeRunFolder } from "#test/support/run-folder.ts";

/** Everything starts in 3 s, and in 6 s where the pages must be built; on two cores that other tests share, in several times that. */
const TIMEOUT_MS = 180_000;

interface ReadyLine {
  readonly console: string;
  readonly phone: string;
  readonly demo: string;
  readonly api: string;
  readonly docs: string;
  readonly emulator: string;
  readonly pid: number;
  readonly already?: true;
}

const ANY_PORTS = ["--port", "0", "--postgres-port", "0", "--blob-port", "0", "--emulator-port", "0"];

const words = (data: string) => [
  "dev",
  "--json",
  "--data",
  data,
  ...ANY_PORTS,
  ...(testQueue() === "redis" ? ["--redis"] : []),
];

async function dataFolder(): Promise<string> {
  const folder = await makeRunFolder();
  onTestFinished(() => removeData(folder));
  return folder;
}

test(
  "one command serves console, phone, demo and API with examples in them, and leaves nothing running when it ends",
  { timeout: TIMEOUT_MS },
  async () => {
    const data = await dataFolder();
    const dev = startBeckon(words(data));
    onTestFinished(() => void dev.child.kill("SIGTERM"));
    const urls = JSON.parse(await dev.line(/^\{/)) as ReadyLine;

    for (const url of [urls.console, urls.phone, urls.demo, urls.docs, urls.emulator]) {
      const answer = await fetch(url);
      expect([url, answer.status, answer.headers.get("content-type")]).toEqual([
        url,
        200,
        expect.stringContaining("text/html"),
      ]);
    }
    expect((await fetch(urls.console)).headers.get("content-security-policy")).toContain("frame-ancestors 'self'");

    const signIn = await fetch(new URL("/dev-issuer/token", urls.api), {
      method: "POST",
      body: new URLSearchParams({ grant_type: "password", username: "lena", audience: "beckon-agents" }),
    });
    const { access_token: token } = (await signIn.json()) as { access_token: string };
    const read = async (path: string) =>
      (
        (await (await fetch(urls.api + path, { headers: { Authorization: `Bearer ${token}` } })).json()) as {
          value: Record<string, unknown>[];
        }
      ).value;
    expect((await read("/users")).map(({ locale }) => String(locale)).toSorted()).toEqual(["de", "en"]);
    expect((await read("/tickets")).map(({ externalId }) => String(externalId)).toSorted()).toEqual(["4711", "4712"]);
    expect(await read("/log-requests")).toMatchObject([
      { state: "linked", userId: "jonas", fileCounts: { consented: 2, linked: 2 } },
    ]);
    const installations = [...(await read("/users/ann/installations")), ...(await read("/users/jonas/installations"))];
    expect(installations).toHaveLength(3);

    const second = await runBeckon(words(data));
    expect([second.code, JSON.parse(second.stdout)]).toEqual([
      0,
      expect.objectContaining({ pid: urls.pid, already: true, console: urls.console }),
    ]);

    const pids = pidsOf(data);
    expect(pids.length).toBeGreaterThanOrEqual(5);
    dev.child.kill("SIGTERM");
    expect(await dev.ended, dev.stderr()).toBe(0);
    expect(dev.stdout().trim().split("\n")).toHaveLength(1);
    expect([...pids, urls.pid].filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
  },
);

test("one that was killed is cleaned up by the next, which has its data", { timeout: TIMEOUT_MS }, async () => {
  const data = await dataFolder();
  const killed = startBeckon(words(data));
  await killed.line(/^\{/);
  const left = pidsOf(data);
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(left.map(processIdentity)).not.toContain(undefined);

  const next = startBeckon(words(data));
  onTestFinished(() => void next.child.kill("SIGTERM"));
  await next.line(/^\{/);
  expect(left.filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
  next.child.kill("SIGTERM");
  expect(await next.ended, next.stderr()).toBe(0);
});

/** Processes that hold a folder of the data. */
function pidsOf(data: string): number[] {
  return Object.values(serverFolders(data)).flatMap((folder) => {
    try {
      const { server } = JSON.parse(readFileSync(join(folder, "process.json"), "utf8")) as { server: { pid: number } };
      return [server.pid];
    } catch {
      return []; // not one of this run's, or ended in order
    }
  });
}
