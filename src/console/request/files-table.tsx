import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { DocumentFolderRegular } from "@fluentui/react-icons/svg/document-folder";
import { OpenRegular } from "@fluentui/react-icons/svg/open";
import { useLocation } from "wouter";
import { RemoveFile } from "#console/agent-upload/remove-file.tsx";
import { UnprovenMark } from "#console/agent-upload/unproven-mark.tsx";
import type { LogFile, LogRequest, Report } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { FileOrigin } from "#console/parts/origin.tsx";
import { EmptyState } from "#console/parts/query-states.tsx";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import type { Tone } from "#console/parts/state-words.tsx";
import { useCollectorLabel } from "#console/parts/use-collector-label.ts";
import { useDownload } from "./use-download.ts";

const useStyles = makeStyles({
  // One grid for all rows, so that states and buttons stand under each other.
  list: {
    listStyleType: "none",
    margin: "8px 0 0",
    padding: 0,
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto auto",
    "@media (max-width: 40em)": { gridTemplateColumns: "minmax(0, 1fr) auto" },
  },
  // Nothing to press in any row: the states stand at the end.
  still: { gridTemplateColumns: "minmax(0, 1fr) auto" },
  file: {
    display: "grid",
    gridColumn: "1 / -1",
    gridTemplateColumns: "subgrid",
    gap: "4px 16px",
    alignItems: "center",
    padding: "10px 16px",
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  state: { justifySelf: "start" },
  name: { display: "grid", minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  gone: { textDecorationLine: "line-through", color: tokens.colorNeutralForeground3 },
  actions: {
    display: "flex",
    gap: "4px",
    justifyContent: "flex-end",
    "@media (max-width: 40em)": { gridColumn: "1 / -1", justifyContent: "flex-start" },
  },
});

const TONES: Readonly<Record<LogFile["state"], Tone>> = {
  announced: "informative",
  uploaded: "brand",
  linked: "success",
  refused: "danger",
  missing: "warning",
  deleted: "subtle",
};

/** Green says that a file is what its user agreed to. Of one that only an agent vouches for nobody knows. */
function toneOf({ state, unproven }: LogFile): Tone {
  return unproven && TONES[state] === "success" ? "informative" : TONES[state];
}

/** What cannot be read: ACS logs are encrypted, and other files are no text. The viewer then shows what is known of them. */
export function isReadable(name: string): boolean {
  return !/\.(blog|etl|zip|gz|zlib|zst|dmp|png|jpe?g|sqlite)$/i.test(name);
}

interface FilesProps {
  readonly files: readonly LogFile[];
  /** Absent where they are not of one request. */
  readonly request?: LogRequest;
  /** Of a ticket, whose files came in by several ways: each row says by which. */
  readonly reports?: readonly Report[];
  /** One of several lists of a screen: the screen's keys are not for its files. */
  readonly isPart?: boolean;
}

/** Where a file is read, or what is known of it: below its request, else below its ticket. */
export function filePath({ id, requestId, ticketId }: Pick<LogFile, "id" | "requestId" | "ticketId">): string {
  return requestId === undefined ? `/tickets/${ticketId}/files/${id}` : `/log-requests/${requestId}/files/${id}`;
}

/** The files of a consent, or of a ticket, with what became of each. */
export function FilesTable({ files, request, reports, isPart = false }: FilesProps) {
  const styles = useStyles();
  const { t } = useT();
  if (files.length === 0) {
    const state = request?.state;
    const isEarly = state === "requested" || state === "notified" || state === "seen";
    return (
      <EmptyState
        icon={<DocumentFolderRegular />}
        title={t("files.none")}
        {...(isEarly ? { hint: t("files.none.yet") } : {})}
      />
    );
  }
  const firstLinked = isPart ? undefined : files.find(({ state }) => state === "linked");
  return (
    <ul className={mergeClasses(styles.list, !files.some(({ state }) => state === "linked") && styles.still)}>
      {files.map((file) => (
        <FileRow key={file.id} file={file} isFirst={file === firstLinked} reports={reports} />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly file: LogFile;
  readonly isFirst: boolean;
  readonly reports: readonly Report[] | undefined;
}

function FileRow({ file, isFirst, reports }: RowProps) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const [, navigate] = useLocation();
  const { download, isBusy } = useDownload(file);
  const collectorLabel = useCollectorLabel();
  const path = filePath(file);
  const isThere = file.state === "linked";
  return (
    <li className={styles.file} data-file={file.name} data-state={file.state}>
      <div className={styles.name}>
        {isThere ? (
          <AppLink to={path} look="strong">
            <bdi>{file.name}</bdi>
          </AppLink>
        ) : (
          <Text weight="semibold" className={file.state === "deleted" ? styles.gone : ""}>
            <bdi>{file.name}</bdi>
          </Text>
        )}
        <span className={styles.quiet}>
          <bdi>{collectorLabel(file.collector)}</bdi> · {format.size(file.sizeBytes)}
          {file.coverage === "unknown" ? null : ` · ${t(`coverage.${file.coverage}` as MessageKey)}`}
          {isThere && file.deleteAfter !== undefined ? (
            <>
              {" · "}
              {t("files.keptUntil")} <Moment at={file.deleteAfter} />
            </>
          ) : null}
        </span>
        {file.reason === undefined ? null : (
          <span className={styles.quiet}>{t(`fileReason.${file.reason}` as MessageKey)}</span>
        )}
        {reports === undefined ? null : (
          <span className={styles.quiet}>
            <FileOrigin file={file} reports={reports} />
          </span>
        )}
        <UnprovenMark file={file} />
      </div>
      <span className={styles.state}>
        <ToneBadge tone={toneOf(file)}>{t(`fileState.${file.state}` as MessageKey)}</ToneBadge>
      </span>
      {isThere ? (
        <div className={mergeClasses(styles.actions)}>
          <Button
            size="small"
            icon={<OpenRegular />}
            onClick={() => navigate(path)}
            aria-label={t(isReadable(file.name) ? "files.open" : "files.details", { name: file.name })}
          >
            {isReadable(file.name) ? t("files.open.short") : t("files.details.short")}
          </Button>
          <Button
            size="small"
            icon={<ArrowDownloadRegular />}
            disabledFocusable={isBusy}
            onClick={() => void download()}
            aria-label={t("files.download", { name: file.name })}
            aria-keyshortcuts={isFirst ? "d" : undefined}
          >
            {t("files.download.short")}
          </Button>
          <RemoveFile file={file} />
        </div>
      ) : null}
    </li>
  );
}
