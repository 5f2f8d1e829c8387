import * as routes from "#contract/files.ts";
import { formatTime } from "#contract/primitives.ts";
import { actorOf } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { createDownloadUrl, type CreateDownloadUrl } from "./create-download-url.ts";

/** Serves read links to agents. */
export function serveDownload(kit: HttpKit, deps: CreateDownloadUrl): void {
  kit.serve(routes.createDownloadUrl, async ({ params, caller }) => {
    const { file, url, expiresAt } = await createDownloadUrl(deps, actorOf(caller), params.fileId);
    const { name: fileName, sizeBytes, sha256 } = file;
    return { status: 200, body: { url, expiresAt: formatTime(expiresAt), fileName, sizeBytes, sha256 } };
  });
}
