import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Skeleton,
  SkeletonItem,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ApiProblem } from "#console/api/call-api.ts";
import { useT, type MessageKey, type Translate } from "#console/i18n/use-t.ts";

const useStyles = makeStyles({
  rows: { display: "grid", gap: "14px", padding: "16px" },
  empty: {
    display: "grid",
    justifyItems: "center",
    gap: "8px",
    padding: "56px 24px",
    textAlign: "center",
    color: tokens.colorNeutralForeground2,
  },
  icon: { fontSize: "40px", color: tokens.colorNeutralForeground3, lineHeight: 1 },
  hint: { maxWidth: "44ch" },
});

/** Rows of a list that is on its way. */
export function SkeletonRows({
  count = 6,
  height = 32,
}: {
  readonly count?: number;
  readonly height?: 16 | 24 | 32 | 64;
}) {
  const styles = useStyles();
  const { t } = useT();
  return (
    <Skeleton aria-label={t("loading")} className={styles.rows}>
      {Array.from({ length: count }, (_, index) => (
        <SkeletonItem key={index} size={height} />
      ))}
    </Skeleton>
  );
}

interface EmptyProps {
  readonly icon: React.ReactNode;
  readonly title: string;
  readonly hint?: string;
  readonly children?: React.ReactNode;
}

export function EmptyState({ icon, title, hint, children }: EmptyProps) {
  const styles = useStyles();
  return (
    <div className={styles.empty}>
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      <Text as="h2" size={400} weight="semibold">
        {title}
      </Text>
      {hint === undefined ? null : <Text className={styles.hint}>{hint}</Text>}
      {children}
    </div>
  );
}

const KNOWN = [
  "network",
  "unauthenticated",
  "forbidden",
  "not_found",
  "rate_limited",
  "database_unavailable",
  "blob_store_unavailable",
  "conflict",
  "precondition_failed",
  "too_many_reminders",
  "request_not_open",
  "cannot_cancel",
  "file_gone",
  "not_removable",
  "body_too_large",
  "too_many_uploads",
  "user_not_on_ticket",
  "timeout",
] as const;

/** What went wrong, in the agent's language; the server's own words where we have none. */
export function describeError(error: unknown, t: Translate): string {
  if (!(error instanceof ApiProblem)) return t("error.unknown");
  const known = KNOWN.find((code) => code === error.code);
  return known ? t(`error.${known}` as MessageKey) : error.message;
}

interface ErrorProps {
  readonly error: unknown;
  readonly title?: string;
  readonly onRetry?: () => void;
}

/** Says what went wrong, with a way to try again and the id that support of ours would ask for. */
export function ErrorState({ error, title, onRetry }: ErrorProps) {
  const { t } = useT();
  const traceId = error instanceof ApiProblem ? error.traceId : undefined;
  return (
    <div role="alert">
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{title ?? t("error.title")}</MessageBarTitle> {describeError(error, t)}
          {traceId === undefined ? null : (
            <>
              {" "}
              <Text size={200}>{t("error.trace", { id: traceId })}</Text>
            </>
          )}
        </MessageBarBody>
        {onRetry ? (
          <MessageBarActions>
            <Button onClick={onRetry}>{t("retry")}</Button>
          </MessageBarActions>
        ) : null}
      </MessageBar>
    </div>
  );
}
