import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { sha256Of } from "#test/support/phone.ts";
import { runProcess } from "#test/support/run-process.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

const APP = fileURLToPath(new URL("./background-app.ts", import.meta.url));

test("an upload that the system carries on after the app was killed is joined by its next start, and sent once", async ({
  world,
}) => {
  const userId = uniqueName("user");
  const installationId = randomUUID();
  const folder = join(world.folder, installationId);
  const transfers = join(folder, "transfers");
  await mkdir(transfers, { recursive: true });
  const log = "what happened before the call dropped\n".repeat(1_000);
  await writeFile(join(folder, "app.log"), log);
  const request = await world.agent.requestLogs({ userId });
  const token = await world.tokenOf("beckon-devices", userId);
  const told = { baseUrl: world.apiUrl, token, installationId, folder, requestId: request.id };
  const start = () =>
    runProcess({ args: [APP, JSON.stringify(told)], env: { PATH: process.env["PATH"] }, cwd: process.cwd() });

  const first = start();
  await world.until(async () => (await readdir(transfers)).length, 1);
  const [fileId = ""] = await readdir(transfers);
  await world.until(async () => (await readdir(join(transfers, fileId))).includes("taken"), true);
  await first.kill();
  expect(await world.stateOf(request)).toBe("consented");

  // Now the system sees fit; nobody of the app is there.
  await writeFile(join(transfers, "begin"), "");
  await world.until(async () => (await readdir(join(transfers, fileId))).includes("outcome.json"), true);
  expect(await world.stateOf(request)).toBe("consented");

  const second = start();
  expect((await second.ended).code, second.words()).toBe(0);
  expect(second.stdout()).toMatch(/uploaded|linked/);
  await world.until(() => world.stateOf(request), "linked");
  expect(await readFile(join(transfers, "begin.log"), "utf8")).toBe("PUT\n");
  expect((await world.agent.request(request.id)).files).toMatchObject([
    { id: fileId, state: "linked", sha256: sha256Of(Buffer.from(log)) },
  ]);
});
