import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { SCENARIOS } from "#app/conform/scenarios.ts";
import { startConform } from "#app/conform/start-conform.ts";
import { playTranscript, readGolden } from "#test/support/play-transcript.ts";

const SILENT = { onScenario() {}, onStep() {}, onStepDone() {}, onBroken() {}, onResult() {} };

test("an app gets from beckon conform what it gets from the API", async () => {
  const conform = await startConform({
    // As the API of the other test gives links.
    scenarios: SCENARIOS.filter(({ name }) => name === "share").map((share) => ({ ...share, blocksOverBytes: 1000 })),
    host: "127.0.0.1",
    port: 0,
    stepTimeoutSeconds: 0,
    listener: SILENT,
    onError: (error) => expect.unreachable(String(error)),
  });
  try {
    const played = await playTranscript({
      variables: {
        BECKON: conform.url,
        TOKEN: "ann",
        OTHER_TOKEN: "bob",
        INSTALLATION: randomUUID(),
        LATER: new Date(Date.now() + 600_000).toISOString(),
      },
      only: ({ apiOnly }) => !apiOnly,
      after: async () => {},
    });
    for (const { name, method, path, status, expected, text, normal } of played) {
      const shown = `${name ?? ""} ${method} ${path}: ${text}`;
      expect(expected, shown).toContain(status);
      if (name === undefined) continue;
      expect(normal, shown).toEqual(await readGolden(name));
    }
    expect(played.length).toBeGreaterThan(15);
  } finally {
    await conform.close();
  }
});
