import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { checkContract } from "#test/support/check-contract.ts";
import { playTranscript, readGolden } from "#test/support/play-transcript.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest({ settings: { CONTROLLER_NAME: "Example Support", BLOB_BLOCKS_OVER_BYTES: "1000" } });

/** BECKON_WRITE_EXAMPLES=1 writes the page's files anew from what the API answers; read what changed before you commit it. */
const WRITES = process.env["BECKON_WRITE_EXAMPLES"] !== undefined;

test("a reader of the device protocol gets from each command what the page shows", async ({ world }) => {
  const installationId = randomUUID();
  const variables = {
    BECKON: world.apiUrl,
    API_KEY: await world.createKey(),
    INSTALLATION: installationId,
    OTHER_TOKEN: await world.tokenOf("beckon-devices", "bob"),
    LATER: new Date(Date.now() + 600_000).toISOString(),
  };
  const played = await playTranscript({
    variables,
    async after(name, { REQUEST = "" }) {
      if (name === "installation") {
        await world.until(async () => (await world.agent.installations("ann"))[0]?.hubSync, "synced");
        const reason = "Please send the logs of the call that dropped.";
        const request = await world.agent.requestLogs({ userId: "ann", reason });
        await world.until(() => world.stateOf(request), "notified");
      }
      if (name === "complete") await world.until(() => world.stateOf({ id: REQUEST }), "linked");
    },
  });
  for (const { name, method, path, status, expected, text, normal } of played) {
    const shown = `${name ?? ""} ${method} ${path}: ${text}`;
    expect(expected, shown).toContain(status);
    if (name === undefined) continue;
    if (WRITES) await writeFile(join("docs/device-protocol", `${name}.json`), `${JSON.stringify(normal, null, 2)}\n`);
    expect(normal, shown).toEqual(await readGolden(name));
    const code = (normal as { error?: { code: string } }).error?.code;
    const headers = new Headers({
      "content-type": "application/json",
      ...(code === undefined ? {} : { "x-ms-error-code": code }),
    });
    checkContract(method, path, { status, headers, text: JSON.stringify(normal), body: await readGolden(name) });
  }
  const named = played.flatMap(({ name }) => name ?? []);
  expect((await readdir("docs/device-protocol")).toSorted()).toEqual(named.map((name) => `${name}.json`).toSorted());
});

test("a back end that is built as the page says gives its app a token that works", async ({ world }) => {
  const page = await readFile("docs/integrate/back-end.md", "utf8");
  const [, example = ""] = /<!-- example: node -->\n```js\n([\s\S]*?)```/.exec(page) ?? [];
  const file = join(world.folder, "back-end.mjs");
  const installationId = randomUUID();
  await writeFile(
    file,
    `${example}
const server = serveBeckonTokens((request) => request.headers["x-signed-in"]).listen(0, "127.0.0.1", async () => {
  const url = \`http://127.0.0.1:\${server.address().port}/?installationId=${installationId}\`;
  const nobody = await fetch(url);
  const ann = await fetch(url, { headers: { "x-signed-in": "ann-of-the-back-end" } });
  console.log(JSON.stringify({ nobody: nobody.status, ann: await ann.json() }));
  server.close();
});
`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { BECKON_URL: world.apiUrl, BECKON_API_KEY: await world.createKey() },
  });
  const { nobody, ann } = JSON.parse(stdout) as { nobody: number; ann: { token: string } };
  expect(nobody).toBe(401);
  const phone = world.pickUp({ userId: "ann-of-the-back-end", installationId, token: ann.token });
  expect([(await phone.register()).status, await phone.requests()]).toEqual([201, []]);
});
