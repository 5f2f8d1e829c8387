import { callApi, getBody } from "#console/api/call-api.ts";
import type { DownloadUrl, LogRequestDetail } from "#console/api/shapes.ts";

/** Gets a link of minutes, which is audited, and lets the browser save what it leads to. @throws ApiProblem */
export async function saveFile(fileId: string): Promise<void> {
  const { body } = await callApi<DownloadUrl>("POST", `/v1/files/${fileId}:createDownloadUrl`);
  const link = document.createElement("a");
  link.href = body.url;
  link.download = body.fileName;
  link.rel = "noopener";
  link.click();
}

/** Saves every file of a request that is on the ticket. @returns how many there were. @throws ApiProblem */
export async function saveFilesOf(requestId: string): Promise<number> {
  const { files } = await getBody<LogRequestDetail>(`/v1/log-requests/${requestId}`);
  const linked = files.filter(({ state }) => state === "linked");
  for (const { id } of linked) await saveFile(id);
  return linked.length;
}
