import { makeStyles, tokens } from "@fluentui/react-components";
import type { RecordedConsent } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { useCollectorLabel } from "#console/parts/use-collector-label.ts";

const useStyles = makeStyles({
  whole: { padding: "10px 16px", borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  list: { margin: "4px 0 0", paddingInlineStart: "20px", fontSize: tokens.fontSizeBase200 },
  item: { overflowWrap: "anywhere", color: tokens.colorNeutralForeground2 },
});

/** What the device found and did not send, so that nobody wonders why a log is short or not there. */
export function LeftOutList({ leftOut }: Pick<RecordedConsent, "leftOut">) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const labelOf = useCollectorLabel();
  if (leftOut.length === 0) return null;
  return (
    <div className={styles.whole}>
      <h3 className={styles.title}>{t("leftOut.title")}</h3>
      <ul className={styles.list}>
        {leftOut.map(({ collector, name, sizeBytes, reason }, index) => (
          <li key={index} className={styles.item}>
            <bdi>{name ?? labelOf(collector)}</bdi>
            {name === undefined ? "" : ` · ${labelOf(collector)}`}
            {sizeBytes === undefined || sizeBytes === 0 ? "" : ` · ${format.size(sizeBytes)}`}
            {` · ${t(`leftOut.${reason}`)}`}
          </li>
        ))}
      </ul>
    </div>
  );
}
