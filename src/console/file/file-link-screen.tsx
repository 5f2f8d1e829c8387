import { useQuery } from "@tanstack/react-query";
import { Redirect } from "wouter";
import { UploadMarks } from "#console/agent-upload/upload-marks.tsx";
import { fileQuery } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { Page } from "#console/parts/page.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { DownloadButton, FileContent } from "./file-screen.tsx";

/** Where a file's own address leads, which was pasted into some other system: to the file where it belongs. One that came with no request stands here. */
export function FileLinkScreen({ fileId }: { readonly fileId: string }) {
  const { t } = useT();
  const { data: file, error, refetch } = useQuery(fileQuery(fileId));
  if (file?.requestId !== undefined) return <Redirect to={`/log-requests/${file.requestId}/files/${fileId}`} replace />;
  return (
    <Page
      title={file?.name ?? t("file.title")}
      full
      actions={file?.state === "linked" ? <DownloadButton file={file} /> : undefined}
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {file ? (
        <>
          <AppLink to={`/tickets/${file.ticketId}`}>{t("ticket.title")}</AppLink>
          <UploadMarks file={file} />
          <FileContent file={file} />
        </>
      ) : error ? null : (
        <SkeletonRows />
      )}
    </Page>
  );
}
