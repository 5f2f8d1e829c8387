import * as routes from "#contract/devices.ts";
import { formatTime } from "#contract/primitives.ts";
import { renderDeviceFile } from "#contract/render-file.ts";
import * as reportRoutes from "#contract/reports.ts";
import type { OwnerRef } from "#domain/file-owner.ts";
import { countFiles } from "#domain/log-file.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { completeUploads, type FileOutcome } from "./complete-uploads.ts";
import { createUploadLinks, type CreateUploadLinks } from "./create-upload-links.ts";

type DeviceCaller = Parameters<typeof completeUploads>[1];

/** Serves links and takes word of uploads, for requests and reports alike. The bytes themselves never come here. */
export function serveUpload(kit: HttpKit, deps: CreateUploadLinks): void {
  const links = async (caller: DeviceCaller, ref: OwnerRef, fileIds?: readonly string[]) => {
    const { links: made, there } = await createUploadLinks(deps, caller, ref, fileIds);
    return {
      status: 200,
      body: {
        links: made.map(({ fileId, link }) => ({ fileId, ...link, expiresAt: formatTime(link.expiresAt) })),
        there,
      },
    };
  };
  const progress = async (caller: DeviceCaller, ref: OwnerRef, outcomes: readonly FileOutcome[]) => {
    const { owner, files } = await completeUploads(deps, caller, ref, outcomes);
    return { state: owner.state, fileCounts: countFiles(files), files: files.map(renderDeviceFile) };
  };

  kit.serve(routes.createUploadLinks, ({ params, body, caller }) =>
    links(caller, { kind: "request", id: params.requestId }, body.fileIds),
  );
  kit.serve(reportRoutes.createReportUploadLinks, ({ params, body, caller }) =>
    links(caller, { kind: "report", id: params.reportId }, body.fileIds),
  );

  kit.serve(routes.completeUploads, async ({ params: { requestId }, body, caller }) => ({
    status: 200,
    body: { requestId, ...(await progress(caller, { kind: "request", id: requestId }, body.files)) },
  }));
  kit.serve(reportRoutes.completeReport, async ({ params: { reportId }, body, caller }) => ({
    status: 200,
    body: { reportId, ...(await progress(caller, { kind: "report", id: reportId }, body.files)) },
  }));
}
