import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AlertRegular } from "@fluentui/react-icons/svg/alert";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { ProhibitedRegular } from "@fluentui/react-icons/svg/prohibited";
import { useEffect } from "react";
import { useT } from "#console/i18n/use-t.ts";
import { announce } from "#console/live/announce.ts";
import type { Act } from "./why-not.ts";

const useStyles = makeStyles({
  bar: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "8px",
    padding: "6px 12px 6px 16px",
    minHeight: "44px",
    boxSizing: "border-box",
    backgroundColor: tokens.colorBrandBackground2,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  count: { marginInlineEnd: "8px", color: tokens.colorBrandForeground2 },
  push: { marginInlineStart: "auto" },
});

interface Props {
  readonly count: number;
  readonly onAct: (act: Act) => void;
  readonly onClear: () => void;
}

/** What can be done with the rows that are ticked. */
export function SelectionBar({ count, onAct, onClear }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const said = t("bulk.count", { count });
  useEffect(() => announce(said), [said]);
  return (
    <div className={styles.bar} role="toolbar" aria-label={t("bulk.label")}>
      <Text weight="semibold" className={styles.count}>
        {said}
      </Text>
      <Button size="small" icon={<AlertRegular />} aria-keyshortcuts="r" onClick={() => onAct("remind")}>
        {t("request.remind")}
      </Button>
      <Button size="small" icon={<ProhibitedRegular />} aria-keyshortcuts="e" onClick={() => onAct("cancel")}>
        {t("bulk.cancel")}
      </Button>
      <Button
        size="small"
        appearance="subtle"
        className={styles.push}
        icon={<DismissRegular />}
        aria-keyshortcuts="Escape"
        onClick={onClear}
      >
        {t("bulk.clear")}
      </Button>
    </div>
  );
}
