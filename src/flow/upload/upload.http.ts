import * as routes from "#contract/devices.ts";
import { formatTime } from "#contract/primitives.ts";
import { renderDeviceFile } from "#contract/render-file.ts";
import { countFiles } from "#domain/log-file.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { completeUploads } from "./complete-uploads.ts";
import { createUploadLinks, type CreateUploadLinks } from "./create-upload-links.ts";

/** Serves links and takes reports of uploads. The bytes themselves never come here. */
export function serveUpload(kit: HttpKit, deps: CreateUploadLinks): void {
  kit.serve(routes.createUploadLinks, async ({ params, body, caller }) => {
    const { links, there } = await createUploadLinks(deps, caller, params.requestId, body.fileIds);
    return {
      status: 200,
      body: {
        links: links.map(({ fileId, link }) => ({ fileId, ...link, expiresAt: formatTime(link.expiresAt) })),
        there,
      },
    };
  });

  kit.serve(routes.completeUploads, async ({ params, body, caller }) => {
    const { request, files } = await completeUploads(deps, caller, params.requestId, body.files);
    return {
      status: 200,
      body: {
        requestId: request.id,
        state: request.state,
        fileCounts: countFiles(files),
        files: files.map(renderDeviceFile),
      },
    };
  });
}
