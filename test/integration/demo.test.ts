import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { removeData, serverFolders } from "#app/embedded/data-folder.ts";
import { processIdentity } from "#app/embedded/process-identity.ts";
import { testQueue } from "#test/support/queue-world.ts";
import { startBeckon } from "#test/support/run-beckon.ts";
import { makeRunFolder } from "#test/support/run-folder.ts";

/** A demo with everything that it starts takes 5 s; on two cores that other tests share, several times that. */
const TIMEOUT_MS = 120_000;

interface LastLine {
  readonly ticketUrl: string;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly downloadUrl: string }[];
  readonly takenBack: { readonly name: string; readonly downloadUrl: string } | null;
  readonly queue: string;
  readonly ms: number;
}

const queueWords = testQueue() === "redis" ? ["--redis"] : [];

async function dataFolder(): Promise<string> {
  const folder = await makeRunFolder();
  onTestFinished(() => removeData(folder));
  return folder;
}

test(
  "a stranger's one command ends with the user's own bytes on the ticket, and with a dead link for what was taken back",
  { timeout: TIMEOUT_MS },
  async () => {
    const logs = mkdtempSync(join(tmpdir(), "beckon-logs-"));
    onTestFinished(() => rmSync(logs, { recursive: true }));
    writeFileSync(join(logs, "mine.log"), "2026-11-22T10:00:00Z a line of mine\n".repeat(20_000));
    writeFileSync(join(logs, "empty.log"), "");
    const data = await dataFolder();
    const demo = startBeckon(["demo", "--once", "--json", "--logs", logs, "--data", data, ...queueWords]);
    onTestFinished(() => void demo.child.kill("SIGTERM"));

    const { ticketUrl, files, takenBack, queue } = JSON.parse(await demo.line(/^\{/)) as LastLine;
    expect(queue).toBe(testQueue());
    expect(files.map(({ name }) => name).toSorted()).toEqual(["empty.log", "mine.log"]);
    for (const { name, sha256, downloadUrl } of files) {
      const onDisk = readFileSync(join(logs, name));
      expect(createHash("sha256").update(onDisk).digest("hex")).toBe(sha256);
      expect(Buffer.from(await (await fetch(downloadUrl)).arrayBuffer()).equals(onDisk)).toBe(true);
    }
    expect(takenBack?.name).toBe("device.txt");
    expect((await fetch(takenBack?.downloadUrl ?? "")).status).toBe(404);

    const signIn = await fetch(new URL("/dev-issuer/token", ticketUrl), {
      method: "POST",
      body: new URLSearchParams({ grant_type: "password", username: "lena", audience: "beckon-agents" }),
    });
    const { access_token: token } = (await signIn.json()) as { access_token: string };
    const ticket = await fetch(ticketUrl, { headers: { Authorization: `Bearer ${token}` } });
    expect(await ticket.json()).toMatchObject({
      files: expect.arrayContaining([
        expect.objectContaining({ name: "mine.log", state: "linked" }),
        expect.objectContaining({ name: "device.txt", state: "deleted", reason: "withdrawn" }),
      ]),
    });

    expect(demo.stdout().trim().split("\n")).toHaveLength(1);
    demo.child.kill("SIGTERM");
    expect(await demo.ended).toBe(0);
  },
);

test("a demo that was killed leaves nothing that the next one does not clean up", { timeout: TIMEOUT_MS }, async () => {
  const data = await dataFolder();
  const killed = startBeckon(["demo", "--yes", "--data", data, ...queueWords]);
  await killed.line(/^Ctrl-C ends it all/);
  const left = pidsOf(data);
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(left.length).toBeGreaterThanOrEqual(5);
  expect(left.map(processIdentity)).not.toContain(undefined);

  const next = startBeckon(["demo", "--once", "--data", data, ...queueWords]);
  expect(await next.ended, next.stdout() + next.stderr()).toBe(0);
  expect(left.filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
  expect(pidsOf(data)).toEqual([]);
});

/** Processes that hold a folder of the demo. */
function pidsOf(data: string): number[] {
  return Object.values(serverFolders(data)).flatMap((folder) => {
    try {
      const { server } = JSON.parse(readFileSync(join(folder, "process.json"), "utf8")) as { server: { pid: number } };
      return [server.pid];
    } catch {
      return []; // not one of this demo's, or ended in order
    }
  });
}
