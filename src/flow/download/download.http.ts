import * as routes from "#contract/files.ts";
import { formatTime } from "#contract/primitives.ts";
import { renderFile } from "#contract/render-file.ts";
import { Problem } from "#domain/problems.ts";
import { readByteRange } from "#http/byte-range.ts";
import { actorOf } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { PublicUrl } from "#http/next-link.ts";
import { sendStream } from "#http/send-stream.ts";
import { createDownloadUrl, type CreateDownloadUrl } from "./create-download-url.ts";
import { createContentReader } from "./read-content.ts";

/** Serves read links to agents, and the text of verified logs to the console's viewer. */
export function serveDownload(kit: HttpKit, deps: CreateDownloadUrl & { readonly publicUrl: PublicUrl }): void {
  kit.serve(routes.getFile, async ({ params }) => {
    const file = await deps.store.files.find(params.fileId);
    if (!file) throw new Problem("not_found");
    return { status: 200, body: renderFile(file, deps.publicUrl.to(`/files/${file.id}`)) };
  });

  kit.serve(routes.createDownloadUrl, async ({ params, caller }) => {
    const { file, url, expiresAt } = await createDownloadUrl(deps, actorOf(caller), params.fileId);
    const { name: fileName, sizeBytes, sha256 } = file;
    return { status: 200, body: { url, expiresAt: formatTime(expiresAt), fileName, sizeBytes, sha256 } };
  });

  const content = createContentReader(deps);
  kit.serveRaw(routes.readFileContent, async (request, response, caller) => {
    const params = routes.readFileContent.params.safeParse(request.params);
    if (!params.success) throw new Problem("not_found");
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const file = await content.open(params.data.fileId);
    const etag = `"${file.sha256}"`;
    const isCurrent = [undefined, etag].includes(request.get("if-range"));
    const range = isCurrent ? readByteRange(request.get("range"), file.sizeBytes) : undefined;
    response.set({ "Accept-Ranges": "bytes", ETag: etag, "Cache-Control": "private, no-store" });
    if (range === "unsatisfiable") {
      response.setHeader("Content-Range", `bytes */${file.sizeBytes}`);
      throw new Problem("range_not_satisfiable", { detail: `It has ${file.sizeBytes} bytes.` });
    }
    await content.noteReading(actorOf(caller), file);
    const { from, to } = range ?? { from: 0, to: file.sizeBytes - 1 };
    const lengthBytes = to - from + 1;
    const bytes = lengthBytes === 0 ? [] : await content.read(file, { offset: from, lengthBytes }, gone.signal);
    response.status(range ? 206 : 200);
    if (range) response.setHeader("Content-Range", `bytes ${from}-${to}/${file.sizeBytes}`);
    // Text and nothing else, whatever it holds: with `nosniff` no browser takes a log for a page.
    response.setHeader("Content-Type", "text/plain; charset=utf-8");
    response.setHeader("Content-Length", String(lengthBytes));
    await sendStream(response, bytes);
  });
}
