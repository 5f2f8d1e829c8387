import { createCipheriv, createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";
import { startCuttingProxy } from "#test/support/cutting-proxy.ts";
import { runProcess } from "#test/support/run-process.ts";
import { testServers, uniqueName } from "#test/support/servers.ts";
import { worldTest } from "#test/support/world.ts";

const MIB = 1024 ** 2;
/** `npm run endure:upload` takes 1 GiB, 20 cuts and 3 restarts; the same seed cuts at the same bytes. */
const SIZE_MIB = Number(process.env["BECKON_ENDURE_MIB"] ?? 24);
const CUTS = Number(process.env["BECKON_ENDURE_CUTS"] ?? 6);
const RESTARTS = Number(process.env["BECKON_ENDURE_RESTARTS"] ?? 2);
const SEED = Number(process.env["BECKON_ENDURE_SEED"] ?? 20_261_122);
/** Of the SDK, for a file of this size. */
const BLOCK_BYTES = 2 * MIB;
const SIZE_BYTES = SIZE_MIB * MIB + 12_345;

/** Bytes without a pattern, the same for the same seed. */
const noise = createCipheriv("aes-128-ctr", createHash("md5").update(String(SEED)).digest(), Buffer.alloc(16));
const places = noise.update(Buffer.alloc(4 * (CUTS + RESTARTS)));
const cutAt = Array.from(
  { length: CUTS + RESTARTS },
  (_, index) => (places.readUInt32LE(4 * index) / 2 ** 32) * SIZE_BYTES,
);

let running: ReturnType<typeof runProcess> | undefined;
const azurite = new URL(testServers().azurite.url);
const wire = await startCuttingProxy({
  target: { host: azurite.hostname, port: Number(azurite.port) },
  cutAt,
  // Killed in the middle of a block, as a phone does with an app that it needs the memory of.
  onCut: (index) => void (index < RESTARTS && running?.kill()),
});
afterAll(() => wire.close());
azurite.port = String(wire.port);

const test = worldTest({ settings: { BLOB_BLOCKS_OVER_BYTES: String(MIB), BLOB_PUBLIC_URL: azurite.href } });

test(
  `a log of ${SIZE_MIB} MiB arrives whole through ${CUTS} cuts and ${RESTARTS} kills of the app (seed ${SEED}), and little of it is sent twice`,
  { timeout: 60_000 + SIZE_MIB * 1_000 },
  async ({ world }) => {
    const userId = uniqueName("user");
    const installationId = randomUUID();
    const folder = join(world.folder, installationId);
    await mkdir(folder);
    const hash = createHash("sha256");
    const pieces = function* () {
      for (let left = SIZE_BYTES; left > 0; left -= MIB) {
        const piece = noise.update(Buffer.alloc(Math.min(left, MIB)));
        hash.update(piece);
        yield piece;
      }
    };
    await pipeline(Readable.from(pieces()), createWriteStream(join(folder, "app.log")));
    const sha256 = hash.digest("hex");
    const request = await world.agent.requestLogs({ userId, maxBytes: SIZE_BYTES });
    const token = await world.tokenOf("beckon-devices", userId);
    const told = { baseUrl: world.apiUrl, token, installationId, folder, requestId: request.id };

    const begunAt = performance.now();
    let kills = 0;
    for (;;) {
      const args = [fileURLToPath(new URL("./enduring-app.ts", import.meta.url)), JSON.stringify(told)];
      running = runProcess({ args, env: { PATH: process.env["PATH"] }, cwd: process.cwd() });
      const { code, signal } = await running.ended;
      if (signal !== "SIGKILL") {
        expect(code, running.words()).toBe(0);
        break;
      }
      kills++;
    }
    const seconds = (performance.now() - begunAt) / 1_000;
    const twice = wire.sentBytes() - SIZE_BYTES;
    expect(kills).toBe(RESTARTS);

    await world.until(() => world.stateOf(request), "linked", { withinMs: 60_000 + SIZE_MIB * 100 });
    const { files } = await world.agent.request(request.id);
    expect(files).toMatchObject([{ name: "app.log", sizeBytes: SIZE_BYTES, sha256, state: "linked" }]);
    const { url } = await world.agent.createDownloadUrl(files[0]?.id ?? "");
    const evidence = createHash("sha256");
    for await (const piece of (await fetch(url)).body ?? []) evidence.update(piece);
    expect(evidence.digest("hex")).toBe(sha256);

    console.log(
      `${SIZE_MIB} MiB in ${seconds.toFixed(0)} s, ${CUTS} cuts, ${kills} kills; ${(twice / MIB).toFixed(1)} MiB beside the file ` +
        `(${((100 * twice) / SIZE_BYTES).toFixed(2)} %, HTTP's own words among them); ${running.stdout().trim()}`,
    );
    // A block for each interruption, and the words of HTTP around every block.
    const words = (SIZE_BYTES / BLOCK_BYTES) * 2_000 + 100_000;
    expect(twice).toBeLessThanOrEqual((CUTS + RESTARTS) * BLOCK_BYTES + words);
    if (SIZE_MIB >= 1024) expect(twice / SIZE_BYTES).toBeLessThanOrEqual(0.05);
  },
);
