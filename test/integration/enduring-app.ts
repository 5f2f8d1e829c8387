/** An app that shares one log and uploads it, in a process of its own, which is killed on the way. Started by enduring-upload.test.ts. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { createBeckon } from "#sdk/create-beckon.ts";
import { nodeFileCollector } from "#sdk/node-file-collector.ts";
import { nodeFolderStorage } from "#sdk/node-folder-storage.ts";
import { uploadBlocks } from "#sdk/upload-blocks.ts";

const { baseUrl, token, installationId, folder, requestId } = JSON.parse(process.argv[2] ?? "") as {
  baseUrl: string;
  token: string;
  installationId: string;
  folder: string;
  requestId: string;
};
const beckon = createBeckon({
  baseUrl,
  getToken: () => token,
  installationId,
  collectors: [nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log$/ })],
  storage: nodeFolderStorage(join(folder, "memory")),
  createHasher: () => createHash("sha256"),
  uploadBlocks,
});
await beckon.sync();
const underWay = await beckon.upload(requestId);
if (!underWay) await beckon.review(requestId);
const { state } = underWay ?? (await beckon.share(requestId));
console.log(`the request is ${state}; peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
