import { makeStyles, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { timelineQuery } from "#console/api/queries.ts";
import type { LogFile } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { AgentName } from "#console/parts/agent-name.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { isTakenBack, whoHadBefore } from "./had-before.ts";

const useStyles = makeStyles({
  whole: { padding: "10px 16px", borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  text: { margin: "4px 0 0", fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  list: { margin: "4px 0 0", paddingInlineStart: "20px", fontSize: tokens.fontSizeBase200 },
  item: { overflowWrap: "anywhere", color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly ticketId: string;
  readonly files: readonly LogFile[];
}

/** Once files were taken back: who had them before. The user is told the same. */
export function HadBeforeList({ ticketId, files }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const { data } = useQuery(timelineQuery(ticketId));
  if (data === undefined || !files.some(isTakenBack)) return null;
  const had = whoHadBefore(files, data);
  return (
    <div className={styles.whole} data-had-before>
      <h3 className={styles.title}>{t("takenBack.had")}</h3>
      {had.length === 0 ? <p className={styles.text}>{t("takenBack.none")}</p> : null}
      {had.length === 0 ? null : (
        <ul className={styles.list}>
          {had.map(({ agentId, fileNames, at }) => (
            <li key={agentId ?? ""} className={styles.item}>
              {agentId === undefined ? t("workItem.title") : <AgentName agentId={agentId} />}
              {" · "}
              <bdi>{format.list(fileNames)}</bdi>
              {" · "}
              <Moment at={at} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
