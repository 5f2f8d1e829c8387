import { makeStyles, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { agentUploadsQuery } from "#console/api/queries.ts";
import type { AgentUpload } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { AgentName } from "#console/parts/agent-name.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { Section } from "#console/parts/page.tsx";
import { ErrorState } from "#console/parts/query-states.tsx";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import { LeftOutList } from "#console/request/left-out-list.tsx";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";
import { AddExport } from "./add-export.tsx";

const useStyles = makeStyles({
  column: { display: "grid", gap: "12px", minWidth: 0 },
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: "12px", overflowWrap: "anywhere" },
  upload: { display: "grid", gap: "2px" },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  doubt: { display: "flex", flexWrap: "wrap", gap: "4px 8px", alignItems: "center" },
});

/** What users exported and agents added: where more is dropped, and what came of each. Auditors see it where there is some. */
export function ExportsSection({ ticketId }: { readonly ticketId: string }) {
  const { t } = useT();
  const styles = useStyles();
  const me = useMe();
  const { data: uploads = [], error, refetch } = useQuery(agentUploadsQuery(ticketId));
  if (!mayWrite(me) && uploads.length === 0 && !error) return null;
  return (
    <Section title={t("exports.title")}>
      <div className={styles.column}>
        {mayWrite(me) ? <AddExport ticketId={ticketId} /> : null}
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
        {uploads.length === 0 ? null : (
          <ul className={styles.list}>
            {uploads.map((upload) => (
              <Upload key={upload.id} upload={upload} />
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}

function Upload({ upload }: { readonly upload: AgentUpload }) {
  const { t } = useT();
  const styles = useStyles();
  const { basis, doubt, doubtPath, zip, agentId, createdAt, files, leftOut } = upload;
  return (
    <li className={styles.upload} data-upload={basis}>
      <bdi>{zip.name}</bdi>
      <span className={styles.quiet}>
        <AgentName agentId={agentId} /> · <Moment at={createdAt} />
      </span>
      {doubt === undefined ? (
        <span className={styles.quiet}>{t("exports.listed", { count: files.length })}</span>
      ) : (
        <span className={styles.doubt}>
          <ToneBadge tone="warning">{t("files.unproven")}</ToneBadge>
          <span>
            {t("exports.kept")} {t(`exportDoubt.${doubt}` as MessageKey)}
            {doubtPath === undefined ? null : (
              <>
                {" "}
                <bdi>{doubtPath}</bdi>
              </>
            )}
          </span>
        </span>
      )}
      <LeftOutList leftOut={leftOut} />
    </li>
  );
}
