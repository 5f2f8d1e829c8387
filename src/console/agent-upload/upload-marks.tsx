import { makeStyles } from "@fluentui/react-components";
import type { LogFile } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { ToneBadge } from "#console/parts/state-badge.tsx";

const useStyles = makeStyles({ marks: { display: "flex", flexWrap: "wrap", gap: "4px 8px", alignItems: "center" } });

/** How a file that an agent added came here, and that it is unproven where it is; nothing at any other file. */
export function UploadMarks({ file }: { readonly file: LogFile }) {
  const { t } = useT();
  const styles = useStyles();
  if (file.agentUploadId === undefined) return null;
  return (
    <span className={styles.marks} data-origin={file.unproven ? "agent_upload" : "export"}>
      {file.unproven ? (
        <>
          <ToneBadge tone="warning">{t("files.unproven")}</ToneBadge> {t("files.unproven.meaning")}
        </>
      ) : (
        t("files.addedByAgent")
      )}
    </span>
  );
}
