import { Button, makeStyles, MessageBar, MessageBarBody, Text } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { useQuery } from "@tanstack/react-query";
import { requestQuery } from "#console/api/queries.ts";
import type { LogFile } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { Facts } from "#console/parts/facts.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { Page, Section } from "#console/parts/page.tsx";
import { PersonName } from "#console/parts/person-name.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { isReadable } from "#console/request/files-table.tsx";
import { useDownload } from "#console/request/use-download.ts";
import { LogView } from "./log-view.tsx";
import { isNotText, useLogText } from "./use-log-text.ts";

const useStyles = makeStyles({ facts: { maxWidth: "760px" } });

/** A file: a text log is read here, of any other what is known is shown. */
export function FileScreen({ requestId, fileId }: { readonly requestId: string; readonly fileId: string }) {
  const { t } = useT();
  const { data: request, error, refetch } = useQuery(requestQuery(requestId));
  const file = request?.files.find(({ id }) => id === fileId);
  return (
    <Page
      title={file?.name ?? t("file.title")}
      full
      actions={file?.state === "linked" ? <DownloadButton file={file} /> : undefined}
    >
      {request ? (
        <AppLink to={`/log-requests/${requestId}`}>
          {t("file.back")} <PersonName userId={request.userId} />
        </AppLink>
      ) : null}
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {request || error ? null : <SkeletonRows />}
      {request && !file ? <Text>{t("error.not_found")}</Text> : null}
      {file ? <FileContent file={file} /> : null}
    </Page>
  );
}

/** What is in a file, or what is known of it. */
export function FileContent({ file }: { readonly file: LogFile }) {
  if (file.state !== "linked") return <Gone file={file} />;
  return isReadable(file.name) ? <Readable file={file} /> : <Known file={file} />;
}

export function DownloadButton({ file }: { readonly file: LogFile }) {
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
            [t("field.collectors"), file.collector],
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
