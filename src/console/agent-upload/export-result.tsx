import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Text } from "@fluentui/react-components";
import { ApiProblem } from "#console/api/call-api.ts";
import type { AgentUpload } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { ErrorState } from "#console/parts/query-states.tsx";

const useStyles = makeStyles({
  files: { margin: "4px 0 0", paddingInlineStart: "20px" },
});

/** What became of a zip: which files its manifest proves, or why it proves nothing. */
export function ExportResult({ upload }: { readonly upload: AgentUpload }) {
  const { t } = useT();
  const styles = useStyles();
  const { files, doubt, doubtPath, leftOut, zip } = upload;
  const isProven = doubt === undefined;
  return (
    <div role="status" data-basis={upload.basis}>
      <MessageBar intent={isProven ? "success" : "warning"} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t(isProven ? "exports.proven.files" : "exports.unproven.files")}</MessageBarTitle>{" "}
          {isProven ? t("exports.proven", { count: files.length }) : t("exports.unproven", { name: zip.name })}
          {isProven ? null : (
            <>
              {" "}
              {t(`exportDoubt.${doubt}` as MessageKey)}
              {doubtPath === undefined ? null : (
                <>
                  {" "}
                  <bdi>{doubtPath}</bdi>
                </>
              )}
            </>
          )}
          {leftOut.length === 0 ? null : ` ${t("exports.leftOut", { count: leftOut.length })}`}
          <ul className={styles.files}>
            {files.map(({ id, name, collector }) => (
              <li key={id}>
                <bdi>{name}</bdi> <Text size={200}>{collector}</Text>
              </li>
            ))}
          </ul>
        </MessageBarBody>
      </MessageBar>
    </div>
  );
}

/** Trouble in plain words: why a zip is not taken, or what to try again. */
export function ExportTrouble({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  const { t } = useT();
  const why = error instanceof ApiProblem && error.code === "unusable_zip" ? error.document?.["why"] : undefined;
  // The zip is what it is: to send it again changes nothing.
  if (typeof why !== "string") return <ErrorState error={error} {...(onRetry ? { onRetry } : {})} />;
  return (
    <div role="alert">
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t("error.title")}</MessageBarTitle> {t(`error.unusable_zip.${why}` as MessageKey)}
        </MessageBarBody>
      </MessageBar>
    </div>
  );
}
