import { useState } from "react";
import { callApi } from "#console/api/call-api.ts";
import type { DownloadUrl, LogFile } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { describeError } from "#console/parts/query-states.tsx";
import { useNotify } from "#console/shell/use-notify.tsx";

/** Gets a link of minutes, which is audited, and lets the browser save what it leads to. */
export function useDownload(file: Pick<LogFile, "id">): {
  readonly download: () => Promise<void>;
  readonly isBusy: boolean;
} {
  const { t } = useT();
  const notify = useNotify();
  const [isBusy, setBusy] = useState(false);
  const download = async () => {
    if (isBusy) return;
    setBusy(true);
    try {
      const { body } = await callApi<DownloadUrl>("POST", `/v1/files/${file.id}:createDownloadUrl`);
      const link = document.createElement("a");
      link.href = body.url;
      link.download = body.fileName;
      link.rel = "noopener";
      link.click();
    } catch (error) {
      notify(describeError(error, t), "error");
    } finally {
      setBusy(false);
    }
  };
  return { download, isBusy };
}
