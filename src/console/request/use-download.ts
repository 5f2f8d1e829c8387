import { useState } from "react";
import type { LogFile } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { describeError } from "#console/parts/problem-words.ts";
import { useNotify } from "#console/shell/use-notify.tsx";
import { saveFile } from "./save-file.ts";

/** Saves a file, once at a time, and says so if that fails. */
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
      await saveFile(file.id);
    } catch (error) {
      notify(describeError(error, t), "error");
    } finally {
      setBusy(false);
    }
  };
  return { download, isBusy };
}
