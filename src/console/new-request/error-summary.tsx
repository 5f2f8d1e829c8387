import { Link, makeStyles, MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { useEffect, useRef } from "react";
import { ApiProblem } from "#console/api/call-api.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { ErrorState } from "#console/parts/query-states.tsx";
import { fieldOf, type FieldName, type Missing } from "./ask.ts";

const useStyles = makeStyles({
  root: { gridColumn: "1 / -1" },
  list: { margin: "4px 0 0", paddingInlineStart: "20px" },
  link: { minHeight: "24px" },
});

interface Props {
  readonly missing: readonly Missing[];
  /** What the server said, if it was asked. */
  readonly error: unknown;
}

interface Fault {
  readonly field: FieldName | undefined;
  readonly text: string;
}

/** Everything that keeps the request from being sent, each with a link to its field. Takes the focus when it appears. */
export function ErrorSummary({ missing, error }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const root = useRef<HTMLDivElement>(null);
  const faults: readonly Fault[] =
    error instanceof ApiProblem && error.details.length > 0
      ? error.details.map(({ target, message }) => ({ field: fieldOf(target), text: `${target} ${message}` }))
      : missing.map((field) => ({ field, text: t(`missing.${field}` as MessageKey) }));
  const isShown = faults.length > 0 || error !== undefined;
  useEffect(() => {
    if (isShown) root.current?.focus();
  }, [isShown, missing, error]);
  if (!isShown) return null;
  return (
    <div ref={root} tabIndex={-1} className={styles.root} data-summary>
      {faults.length === 0 ? (
        <ErrorState error={error} title={t("new.notSent")} />
      ) : (
        <div role="alert">
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>{t("new.notSent")}</MessageBarTitle>
              <ul className={styles.list}>
                {faults.map(({ field, text }) => (
                  <li key={text}>
                    {field === undefined ? (
                      text
                    ) : (
                      <Link as="button" type="button" inline className={styles.link} onClick={() => focusField(field)}>
                        {t(`missing.name.${field}` as MessageKey)}: {text}
                      </Link>
                    )}
                  </li>
                ))}
              </ul>
            </MessageBarBody>
          </MessageBar>
        </div>
      )}
    </div>
  );
}

function focusField(field: FieldName): void {
  document.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus();
}
