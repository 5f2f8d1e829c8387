import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runProcess } from "#test/support/run-process.ts";
import { startWireServer } from "./wire-server.ts";

test("where signals know no reason and do not throw, as on React Native, all goes as elsewhere", async () => {
  const server = await startWireServer();
  try {
    const requestIds = ["one", "two", "three"].map((reason) => server.addRequest({ reason }).id);
    const app = fileURLToPath(new URL("./react-native-app.ts", import.meta.url));
    const args = [app, JSON.stringify({ baseUrl: server.baseUrl, requestIds })];
    const running = runProcess({ args, env: { PATH: process.env["PATH"] }, cwd: process.cwd() });
    const { code } = await running.ended;
    expect(code, running.words()).toBe(0);
    expect(JSON.parse(running.stdout())).toEqual({
      share: "uploaded",
      withdraw: "stopped",
      report: "uploaded",
      listed: 3,
      exported: true,
    });
  } finally {
    await server.close();
  }
});
