import { addExport, listAgentUploads } from "#contract/agent-uploads.ts";
import { removeFile as removeFileRoute } from "#contract/files.ts";
import { renderAgentUpload } from "#contract/render-agent-upload.ts";
import { renderFile } from "#contract/render-file.ts";
import { Problem } from "#domain/problems.ts";
import { callerKey } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { renderPage, type PublicUrl } from "#http/next-link.ts";
import type { UploadGate } from "#http/upload-gate.ts";
import type { StoredAnswer } from "#ports/store.ts";
import { receiveExport, type ReceiveExport } from "./receive-export.ts";
import { removeFile } from "./remove-file.ts";
import type { SavedUpload } from "./save-agent-upload.ts";

export interface AgentUploadRoutes extends ReceiveExport {
  readonly publicUrl: PublicUrl;
  readonly gate: UploadGate;
}

/** What browsers on Windows call a zip counts too. */
const ZIP = /^application\/(zip|x-zip-compressed)\s*(;|$)/i;

/** Serves agents who put an exported zip on a ticket, and who remove what they put there. */
export function serveAgentUploads(kit: HttpKit, deps: AgentUploadRoutes): void {
  const { store, publicUrl, gate, maxBytes } = deps;
  const fileUrl = (fileId: string) => publicUrl.to(`/files/${fileId}`);

  kit.serveStream(addExport, async ({ params, query, body, contentType, lengthBytes, caller, ...input }) => {
    if (!ZIP.test(contentType ?? ""))
      throw new Problem("unsupported_media_type", { detail: "Send the zip itself, as application/zip." });
    if (lengthBytes !== undefined && lengthBytes > maxBytes)
      throw new Problem("body_too_large", { detail: `A zip may have ${maxBytes} bytes.` });
    const { idempotency: key, fingerprintOf } = input;
    return gate.within(callerKey(caller), () =>
      receiveExport(deps, {
        agentId: caller.id,
        ticketId: params.ticketId,
        name: query.fileName,
        bytes: body,
        key,
        fingerprintOf,
        render,
      }),
    );
  });

  kit.serve(listAgentUploads, async ({ params: { ticketId }, query }) => {
    if (!(await store.tickets.find(ticketId))) throw new Problem("not_found");
    const { limit, after } = query;
    const page = await store.agentUploads.list({ ticketId, limit, ...(after === undefined ? {} : { after }) });
    const items = await Promise.all(
      page.items.map(async (upload) => {
        const [consent, files] = await Promise.all([
          store.consents.ofOwner({ kind: "agent_upload", id: upload.id }),
          store.files.ofOwner(upload.id),
        ]);
        return renderAgentUpload(upload, { files, leftOut: consent?.leftOut ?? [], fileUrl });
      }),
    );
    const rendered = { items, ...(page.next === undefined ? {} : { next: page.next }) };
    const path = `/v1/tickets/${ticketId}/agent-uploads`;
    return { status: 200, body: renderPage(rendered, (item) => item, { publicUrl, path, query }) };
  });

  kit.serve(removeFileRoute, async ({ params, caller }) => {
    const file = await removeFile(deps, caller, params.fileId);
    return { status: 200, body: renderFile(file, fileUrl(file.id)) };
  });

  function render({ upload, leftOut, files }: SavedUpload): StoredAnswer {
    return {
      status: 201,
      headers: {},
      body: JSON.stringify(renderAgentUpload(upload, { files, leftOut, fileUrl })),
    };
  }
}
