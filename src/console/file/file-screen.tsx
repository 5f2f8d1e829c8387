import { Button, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { useQuery } from "@tanstack/react-query";
import { UnprovenMark } from "#console/agent-upload/unproven-mark.tsx";
import { reportsQuery, requestQuery, ticketQuery, userQuery } from "#console/api/queries.ts";
import type { LogFile, Report } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { Facts } from "#console/parts/facts.tsx";
import { Moment, UserZone } from "#console/parts/moment.tsx";
import { originOf, OriginLabel, reportPath } from "#console/parts/origin.tsx";
import { Page, Section } from "#console/parts/page.tsx";
import { PersonName, TicketName } from "#console/parts/person-name.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { PersonLabel } from "#console/parts/request-names.tsx";
import { useCollectorLabel } from "#console/parts/use-collector-label.ts";
import { isReadable } from "#console/request/files-table.tsx";
import { useDownload } from "#console/request/use-download.ts";
import { LogView } from "./log-view.tsx";
import { isNotText, useLogText } from "./use-log-text.ts";

const useStyles = makeStyles({
  facts: { maxWidth: "47.5rem" },
  from: {
    display: "flex",
    flexWrap: "wrap",
    gap: "0 16px",
    alignItems: "center",
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
  },
});

/** A file of a request. */
export function RequestFileScreen({ requestId, fileId }: { readonly requestId: string; readonly fileId: string }) {
  const { t } = useT();
  const { data: request, error, refetch } = useQuery(requestQuery(requestId));
  return (
    <FilePage
      files={request?.files}
      fileId={fileId}
      error={error}
      onRetry={() => void refetch()}
      userId={request?.userId}
    >
      {request ? (
        <AppLink to={`/log-requests/${requestId}`}>
          {t("file.back")} <PersonName userId={request.userId} />
        </AppLink>
      ) : null}
    </FilePage>
  );
}

/** A file that came onto its ticket in another way than by a request: with a report of the user's, for one. */
export function TicketFileScreen({ ticketId, fileId }: { readonly ticketId: string; readonly fileId: string }) {
  const { t } = useT();
  const { data, error, refetch } = useQuery(ticketQuery(ticketId));
  const { data: reports } = useQuery(reportsQuery(ticketId));
  const files = data?.ticket.files;
  const reportId = files?.find(({ id }) => id === fileId)?.reportId;
  const report = reports?.find(({ id }) => id === reportId);
  return (
    <FilePage
      files={files}
      fileId={fileId}
      error={error}
      onRetry={() => void refetch()}
      reports={reports}
      userId={report?.userId ?? data?.ticket.userId}
    >
      {report ? (
        <AppLink to={reportPath(ticketId, report.id)}>
          {t("report.of")} <PersonLabel request={report} />
        </AppLink>
      ) : (
        <AppLink to={`/tickets/${ticketId}`}>
          {t("file.ofTicket")} <TicketName ticketId={ticketId} />
        </AppLink>
      )}
    </FilePage>
  );
}

interface PageProps {
  /** Of what the file belongs to; undefined until they are read. */
  readonly files: readonly LogFile[] | undefined;
  readonly fileId: string;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly reports?: readonly Report[] | undefined;
  /** Whose it is, where that is known. */
  readonly userId: string | undefined;
  /** The way back to where it belongs. */
  readonly children: React.ReactNode;
}

/** A file: a text log is read here, of any other what is known is shown. */
function FilePage({ files, fileId, error, onRetry, reports = [], userId, children }: PageProps) {
  const styles = useStyles();
  const { t } = useT();
  const labelOf = useCollectorLabel();
  const { data: user } = useQuery({ ...userQuery(userId ?? ""), enabled: userId !== undefined });
  const file = files?.find(({ id }) => id === fileId);
  const origin = file === undefined ? undefined : originOf(file, reports);
  return (
    <Page
      title={file?.name ?? t("file.title")}
      full
      actions={file?.state === "linked" ? <DownloadButton file={file} /> : undefined}
    >
      {files ? (
        <div className={styles.from}>
          {children}
          {origin === undefined ? null : <OriginLabel origin={origin} />}
          {file === undefined ? null : <bdi>{labelOf(file.collector)}</bdi>}
          {file === undefined ? null : <UnprovenMark file={file} />}
        </div>
      ) : null}
      {error ? <ErrorState error={error} onRetry={onRetry} /> : null}
      {files || error ? null : <SkeletonRows />}
      {files && !file ? <Text>{t("error.not_found")}</Text> : null}
      <UserZone value={user?.timeZone}>
        {file && file.state !== "linked" ? <Gone file={file} /> : null}
        {file?.state === "linked" ? isReadable(file.name) ? <Readable file={file} /> : <Known file={file} /> : null}
      </UserZone>
    </Page>
  );
}

function DownloadButton({ file }: { readonly file: LogFile }) {
  const { t } = useT();
  const { download, isBusy } = useDownload(file);
  return (
    <Button
      icon={<ArrowDownloadRegular />}
      disabledFocusable={isBusy}
      aria-keyshortcuts="d"
      onClick={() => void download()}
    >
      {t("files.download.short")}
    </Button>
  );
}

/** The user took it back, or it was never held: the record stays, the content does not. */
function Gone({ file }: { readonly file: LogFile }) {
  const { t } = useT();
  return (
    <>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          {t(`fileState.${file.state}` as MessageKey)}
          {file.reason === undefined ? null : `: ${t(`fileReason.${file.reason}` as MessageKey)}`}
        </MessageBarBody>
      </MessageBar>
      <Known file={file} isGone />
    </>
  );
}

function Readable({ file }: { readonly file: LogFile }) {
  const text = useLogText(file.id, file.sizeBytes);
  if (isNotText(text.error)) return <Known file={file} />;
  if (text.error !== undefined && text.lines.length === 0) return <ErrorState error={text.error} onRetry={text.more} />;
  if (text.lines.length === 0) return <SkeletonRows count={10} height={16} />;
  return <LogView text={text} />;
}

/** What is known without reading: ACS logs are encrypted, and nobody here can look inside. */
function Known({ file, isGone = false }: { readonly file: LogFile; readonly isGone?: boolean }) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const labelOf = useCollectorLabel();
  return (
    <div className={styles.facts}>
      <Section title={t("file.known")}>
        {isGone ? null : <p>{/\.(blog|etl)$/i.test(file.name) ? t("file.encrypted") : t("file.notText")}</p>}
        <Facts
          rows={[
            [t("file.size"), format.size(file.sizeBytes)],
            ["SHA-256", <code key="hash">{file.sha256}</code>],
            [t("file.modified"), <Moment key="modified" at={file.modifiedAt} />],
            [t("file.covers"), t(`coverage.${file.coverage}` as MessageKey)],
            [
              t("file.coversFrom"),
              file.coversFrom === undefined ? undefined : <Moment key="from" at={file.coversFrom} />,
            ],
            [t("file.coversTo"), file.coversTo === undefined ? undefined : <Moment key="to" at={file.coversTo} />],
            [t("field.collectors"), labelOf(file.collector)],
            [
              t("file.keptUntil"),
              file.deleteAfter === undefined ? undefined : <Moment key="kept" at={file.deleteAfter} />,
            ],
            [
              t("file.deletedAt"),
              file.deletedAt === undefined ? undefined : <Moment key="deleted" at={file.deletedAt} />,
            ],
          ]}
        />
      </Section>
    </div>
  );
}
