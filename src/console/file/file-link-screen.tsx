import { useQuery } from "@tanstack/react-query";
import { Redirect } from "wouter";
import { fileQuery } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Page } from "#console/parts/page.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { filePath } from "#console/request/files-table.tsx";

/** Where a file's own address leads, which was pasted into some other system: to the file where it belongs. */
export function FileLinkScreen({ fileId }: { readonly fileId: string }) {
  const { t } = useT();
  const { data: file, error, refetch } = useQuery(fileQuery(fileId));
  // With the line that a link may name.
  if (file) return <Redirect to={filePath(file) + location.hash} replace />;
  return (
    <Page title={t("file.title")}>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />}
    </Page>
  );
}
