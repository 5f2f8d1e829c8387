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
import { ApiProblem, type FieldFault } from "#console/api/call-api.ts";
import { useT } from "#console/i18n/use-t.ts";
import { wordsOf, wordsOfFault } from "./problem-words.ts";

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
  faults: { margin: "4px 0 0", paddingInlineStart: "20px" },
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

interface ErrorProps {
  readonly error: unknown;
  /** What the form around it calls a field, by the path of what was sent. */
  readonly nameOf?: (target: string) => string | undefined;
  readonly title?: string;
  readonly onRetry?: () => void;
}

/** A field and what it did not keep to. */
export function FaultWords({ fault, name }: { readonly fault: FieldFault; readonly name?: string | undefined }) {
  const { t } = useT();
  const { text, lang } = wordsOfFault(fault, t);
  return (
    <>
      {name ?? <code>{fault.target}</code>}: <span lang={lang}>{text}</span>
    </>
  );
}

/** Says what went wrong, with a way to try again and the id that support of ours would ask for. */
export function ErrorState({ error, nameOf, title, onRetry }: ErrorProps) {
  const styles = useStyles();
  const { t } = useT();
  const { text, lang } = wordsOf(error, t);
  const faults = error instanceof ApiProblem ? error.details : [];
  const traceId = error instanceof ApiProblem ? error.traceId : undefined;
  return (
    <div role="alert">
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{title ?? t("error.title")}</MessageBarTitle> <span lang={lang}>{text}</span>
          {traceId === undefined ? null : (
            <>
              {" "}
              <Text size={200}>{t("error.trace", { id: traceId })}</Text>
            </>
          )}
          {faults.length === 0 ? null : (
            <ul className={styles.faults}>
              {faults.map((fault) => (
                <li key={`${fault.target} ${fault.message}`}>
                  <FaultWords fault={fault} name={nameOf?.(fault.target)} />
                </li>
              ))}
            </ul>
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
