import { createAppleNotification } from "@azure/notification-hubs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { sdkClient } from "#test/contract/emulator/emulator-test.ts";
import { runBeckon, startBeckon } from "#test/support/run-beckon.ts";

const test = base.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const folder = await mkdtemp(join(tmpdir(), `emulator-${task.id}-`));
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

const SEED = {
  hubs: [
    { name: "one", installations: [{ installationId: "i1", platform: "apns", pushChannel: "00aa", tags: ["a"] }] },
  ],
};

/** Starts it, waits for its line, and ends it when the test has done its work. */
async function running(words: readonly string[], work: (line: string, stderr: () => string) => Promise<void>) {
  const emulator = startBeckon(["emulator", ...words], {});
  try {
    await work(await emulator.line(/^Endpoint=/), emulator.stderr);
  } finally {
    emulator.child.kill("SIGTERM");
  }
  expect(await emulator.ended).toBe(0);
}

test("the emulator's command takes hubs, policies, a seed and a folder in which all is there again", async ({
  folder,
}) => {
  const seed = join(folder, "seed.json");
  await writeFile(seed, JSON.stringify(SEED));
  const words = [
    "--hub",
    "one",
    "--hub",
    "two",
    "--policy",
    "sender@one=Send:my-key",
    "--persist",
    join(folder, "kept"),
  ];
  const sender = (line: string) =>
    sdkClient(`${line.split(";", 1)[0]};SharedAccessKeyName=sender;SharedAccessKey=my-key`, "one");
  await running([...words, "--seed", seed], async (line, stderr) => {
    expect(line).toMatch(/;UseDevelopmentEmulator=true$/);
    expect(stderr()).toBe("");
    const push = createAppleNotification({ body: { aps: { alert: "hello" } } });
    const { notificationId = "" } = await sender(line).sendNotification(push, { tagExpression: "a" });
    expect(await sender(line).getNotificationOutcomeDetails(notificationId)).toMatchObject({
      apnsOutcomeCounts: [{ state: "Success", count: 1 }],
    });
    await expect(sender(line).getInstallation("i1")).rejects.toMatchObject({ statusCode: 403 });
  });
  await running(["--hub", "one", "--persist", join(folder, "kept")], async (line) => {
    expect(await sdkClient(line, "one").getInstallation("i1")).toMatchObject({ pushChannel: "00AA", tags: ["a"] });
  });
});

test("the emulator's command warns loudly when others can reach it, and holds documented limits when told to", async () => {
  await running(["--host", "0.0.0.0", "--strict"], async (line, stderr) => {
    expect(stderr()).toMatch(/^!!! WARNING: the emulator listens on 0\.0\.0\.0/);
    const tags = Array.from({ length: 61 }, (_, i) => `t${i}`);
    await expect(
      sdkClient(line).createOrUpdateInstallation({ installationId: "i1", platform: "apns", pushChannel: "00", tags }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });
});

test("the emulator's command says what is wrong with a seed, and where", async ({ folder }) => {
  const seed = join(folder, "seed.json");
  const complaint = async (text: string): Promise<string> => {
    await writeFile(seed, text);
    const { code, stdout, stderr } = await runBeckon(["emulator", "--seed", seed]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    return stderr;
  };
  expect(await complaint("{")).toContain(`${seed} is not valid JSON`);
  expect(await complaint('{"hubs":[{"name":"a","installations":[{"installationId":"x"}]}]}')).toBe(
    "beckon: installations[0] of a: platform must be a string and may not be empty\n",
  );
});
