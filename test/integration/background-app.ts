/** An app that shares one log by uploads in the background, in a process of its own. Started by background-upload.test.ts. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { createBeckon } from "#sdk/create-beckon.ts";
import { nodeFileCollector } from "#sdk/node-file-collector.ts";
import { nodeFolderStorage } from "#sdk/node-folder-storage.ts";
import { backgroundUploads } from "#test/support/background-uploads.ts";

const { baseUrl, token, installationId, folder, requestId } = JSON.parse(process.argv[2] ?? "") as {
  baseUrl: string;
  token: string;
  installationId: string;
  folder: string;
  requestId: string;
};
const snapshots = join(folder, "frozen");
const beckon = createBeckon({
  baseUrl,
  getToken: () => token,
  installationId,
  collectors: [nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log$/, snapshots })],
  storage: nodeFolderStorage(join(folder, "memory")),
  createHasher: () => createHash("sha256"),
  upload: backgroundUploads(join(folder, "transfers"), (saved) =>
    join(snapshots, (JSON.parse(saved) as { id: string }).id),
  ),
});
await beckon.sync();
const underWay = await beckon.upload(requestId);
if (!underWay) await beckon.review(requestId);
const { state } = underWay ?? (await beckon.share(requestId));
console.log(`the request is ${state}`);
