import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Upload } from "#sdk/create-beckon.ts";

const TRANSFER = fileURLToPath(new URL("./background-transfer.ts", import.meta.url));

/**
 * An upload as phones do in the background: what is handed over goes up in a process of the system's, which outlives the app and
 * begins when the system sees fit. Its outcome waits in a folder until the app asks.
 *
 * @param pathOf where the frozen bytes are, from what the collector saved
 */
export function backgroundUploads(folder: string, pathOf: (saved: string) => string): Upload {
  return async ({ fileId, saved, sizeBytes }, url, headers, { signal, onProgress }) => {
    const transfer = join(folder, fileId);
    const outcome = join(transfer, "outcome.json");
    // Made only once: whoever comes later, as after a restart, joins.
    const isNew = await mkdir(transfer).then(
      () => true,
      () => false,
    );
    if (isNew) {
      const order = { url, headers, path: pathOf(saved ?? ""), sizeBytes, outcome, begin: join(folder, "begin") };
      await writeFile(join(transfer, "order.json"), JSON.stringify(order));
      spawn(process.execPath, [TRANSFER, join(transfer, "order.json")], { detached: true, stdio: "ignore" }).unref();
    }
    for (;;) {
      signal.throwIfAborted();
      const text = await readFile(outcome, "utf8").catch(() => undefined);
      if (text !== undefined) {
        await rm(transfer, { recursive: true });
        const { status } = JSON.parse(text) as { status?: number };
        if (status === undefined) throw new TypeError("the transfer had no answer");
        onProgress(sizeBytes);
        return { status };
      }
      await pause(50);
    }
  };
}
