import { expect, test } from "vitest";
import { runBeckon, startBeckon } from "#test/support/run-beckon.ts";

const COMMANDS = [
  ["api"],
  ["worker"],
  ["migrate"],
  ["emulator"],
  ["doctor"],
  ["conform"],
  ["demo"],
  ["dev"],
  ["keys", "create"],
  ["keys", "list"],
  ["keys", "revoke"],
];

test.for(COMMANDS)(
  "an operator who asks %s for help sees examples, --json and what the exit codes mean",
  async (words) => {
    const { code, stdout } = await runBeckon([...words, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Examples:");
    expect(stdout).toContain(`beckon ${words.join(" ")}`.replace(/^beckon (demo|dev)$/, "npm run $1"));
    expect(stdout).toContain("--json");
    expect(stdout).toContain("Exit codes:");
  },
);

test("an operator whose settings are wrong hears of every problem at once, and nothing starts", async () => {
  for (const command of ["api", "worker", "migrate"]) {
    const { code, stdout, stderr } = await runBeckon([command], { DATABASE_URL: "mysql://nowhere", PORT: "70000" });
    expect(code).toBe(2);
    expect(stdout).toBe("");
    for (const name of ["DATABASE_URL", "PORT", "BLOB_ENDPOINT", "HUB_CONNECTION_STRING", "DEPLOYMENT_KEY"]) {
      expect(stderr).toContain(`  ${name}: `);
    }
  }
});

test("a word that is no command, and an option that cannot be, are told apart from a failure", async () => {
  for (const words of [
    ["wroker"],
    ["emulator", "--port", "many"],
    ["emulator", "--policy", "all"],
    ["keys", "create"],
    ["conform", "--scenario", "nonsense"],
  ]) {
    const { code, stderr } = await runBeckon(words);
    expect(code).toBe(2);
    expect(stderr).not.toBe("");
  }
  const { code, stderr } = await runBeckon(["demo", "--logs", "/no/such/folder"]);
  expect(code).toBe(2);
  expect(stderr).toContain("/no/such/folder");
});

test("the emulator needs no setting, and says in one line when and where it is ready", async () => {
  const emulator = startBeckon(["emulator", "--hub", "mine"], { NODE_ENV: "nonsense", FORCE_COLOR: "1" });
  const line = await emulator.line(/^Endpoint=/);
  const url = /^Endpoint=(http:\/\/127\.0\.0\.1:\d+\/);/.exec(line)?.[1];
  expect(await (await fetch(`${url}$emulator/health`)).json()).toMatchObject({ hubs: ["mine"] });
  emulator.child.kill("SIGTERM");
  expect(await emulator.ended).toBe(0);
  expect(emulator.stdout()).toBe(`${line}\n`);
});
