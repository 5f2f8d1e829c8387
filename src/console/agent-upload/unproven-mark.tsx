import { makeStyles } from "@fluentui/react-components";
import type { LogFile } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { ToneBadge } from "#console/parts/state-badge.tsx";

const useStyles = makeStyles({ mark: { display: "flex", flexWrap: "wrap", gap: "4px 8px", alignItems: "center" } });

/** That nothing but an agent's word says where a file comes from; nothing at any other file. */
export function UnprovenMark({ file }: { readonly file: LogFile }) {
  const { t } = useT();
  const styles = useStyles();
  if (!file.unproven) return null;
  return (
    <span className={styles.mark} data-unproven>
      <ToneBadge tone="warning">{t("files.unproven")}</ToneBadge> {t("files.unproven.meaning")}
    </span>
  );
}
