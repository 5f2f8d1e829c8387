import { Link, makeStyles, MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { useEffect, useRef } from "react";
import { ApiProblem } from "#console/api/call-api.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { ErrorState, FaultWords } from "#console/parts/query-states.tsx";
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

/** Everything that keeps the request from being sent, each with a link to its field. Takes the focus when it appears. */
export function ErrorSummary({ missing: unfilled, error }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const root = useRef<HTMLDivElement>(null);
  const refused = error instanceof ApiProblem ? error.details : [];
  const missing = refused.length > 0 ? [] : unfilled;
  const isShown = missing.length > 0 || error !== undefined;
  useEffect(() => {
    if (isShown) root.current?.focus();
  }, [isShown, unfilled, error]);
  if (!isShown) return null;
  return (
    <div ref={root} tabIndex={-1} className={styles.root} data-summary>
      {refused.length === 0 && missing.length === 0 ? (
        <ErrorState error={error} title={t("new.notSent")} />
      ) : (
        <div role="alert">
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>{t("new.notSent")}</MessageBarTitle>
              <ul className={styles.list}>
                {missing.map((field) => (
                  <li key={field}>
                    <FieldLink field={field}>
                      {t(`missing.name.${field}` as MessageKey)}: {t(`missing.${field}` as MessageKey)}
                    </FieldLink>
                  </li>
                ))}
                {refused.map((fault) => {
                  const field = fieldOf(fault.target);
                  const name = field && t(`missing.name.${field}` as MessageKey);
                  return (
                    <li key={`${fault.target} ${fault.message}`}>
                      <FieldLink field={field}>
                        <FaultWords fault={fault} name={name} />
                      </FieldLink>
                    </li>
                  );
                })}
              </ul>
            </MessageBarBody>
          </MessageBar>
        </div>
      )}
    </div>
  );
}

/** Leads to the field, where the form has it. */
function FieldLink({ field, children }: { readonly field: FieldName | undefined; readonly children: React.ReactNode }) {
  const styles = useStyles();
  if (field === undefined) return <>{children}</>;
  return (
    <Link as="button" type="button" inline className={styles.link} onClick={() => focusField(field)}>
      {children}
    </Link>
  );
}

function focusField(field: FieldName): void {
  document.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus();
}
