import { execFile } from "node:child_process";
import { mkdtemp, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runCommand, USAGE } from "#emulator/run-command.ts";
import { packEmulator } from "../../../scripts/pack-emulator.ts";
import { sdkClient } from "./emulator-test.ts";

const run = promisify(execFile);

const SIX_LINES = `import { startEmulator } from "notification-hubs-emulator"; import { NotificationHubsClient, createAppleNotification } from "@azure/notification-hubs";
const emulator = await startEmulator();
const policy = { name: "loopback", sendRequest: (request, next) => next(Object.assign(request, { allowInsecureConnection: true })) };
const client = new NotificationHubsClient(emulator.connectionString, "beckon", { additionalPolicies: [{ position: "perCall", policy }] });
await client.sendNotification(createAppleNotification({ body: { aps: { alert: "hi" } } }), { deviceHandle: "00aa" });
console.log((await emulator.waitForMessage({ handle: "00aa" })).body); await emulator.close();
`;

test(
  "the emulator's own package installs into an empty project, where a test of six lines passes and its command runs",
  { timeout: 180_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "emulator-package-"));
    try {
      const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
      await packEmulator(folder);
      const [tarball = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
      const project = join(folder, "project");
      await mkdir(project);
      await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }');
      // Offline: what it needs must be in it.
      await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, tarball)], {
        cwd: project,
        env,
      });
      await symlink(resolve("node_modules/@azure"), join(project, "node_modules/@azure"));
      await writeFile(join(project, "six-lines.js"), SIX_LINES);
      const { stdout } = await run(process.execPath, ["six-lines.js"], { cwd: project, env });
      expect(stdout).toBe('{"aps":{"alert":"hi"}}\n');
      const help = await run(process.execPath, ["node_modules/notification-hubs-emulator/bin.js", "--help"], {
        cwd: project,
        env,
      });
      expect(help.stdout).toBe(`${USAGE}\n`);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test("its command starts what its arguments say, and refuses those that make no sense", async () => {
  const running = await runCommand([
    "--hub",
    "one",
    "--hub",
    "two",
    "--tier",
    "Basic",
    "--policy",
    "reader=Listen",
    "--policy",
    "backend@two=Send:c2VjcmV0",
  ]);
  expect(running?.line).toMatch(
    /^Endpoint=http:\/\/127\.0\.0\.1:\d+\/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=.+;UseDevelopmentEmulator=true$/,
  );
  expect(running?.warnings).toEqual([]);
  const emulator = running?.emulator;
  const reader = sdkClient(emulator?.connectionStringFor("reader") ?? "", "one");
  await reader.deleteInstallation("i1");
  expect(emulator?.connectionStringFor("backend", { hub: "two" })).toContain("SharedAccessKey=c2VjcmV0;");
  await emulator?.close();
  expect(await runCommand(["--help"])).toBeNull();
  for (const wrong of [
    ["--port", "x"],
    ["--tier", "Gold"],
    ["--policy", "x"],
    ["--policy", "x=Fly"],
    ["--fly"],
    ["--hub", "$x"],
  ])
    await expect(runCommand(wrong), wrong.join(" ")).rejects.toThrow(/\S/);
});

test("an emulator that listens on more than loopback says so", async () => {
  const running = await runCommand(["--host", "0.0.0.0"]);
  expect(running?.warnings).toEqual([expect.stringMatching(/^!!! WARNING: the emulator listens on 0\.0\.0\.0/)]);
  expect(running?.emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  await running?.emulator.close();
});
