import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  MessageBar,
  MessageBarBody,
  ProgressBar,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { LogRequest } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { PersonLabel, TicketLabel } from "#console/parts/request-names.tsx";
import { describeError } from "#console/parts/problem-words.ts";
import { useMe } from "#console/shell/me-context.ts";
import { useNotify } from "#console/shell/use-notify.tsx";
import { actOnEach, type Refusal } from "./act-on-requests.ts";
import { sortOut, type Act } from "./why-not.ts";

const useStyles = makeStyles({
  content: { display: "grid", gap: "12px" },
  title: { margin: "4px 0 0" },
  text: { margin: 0 },
  action: { whiteSpace: "nowrap", flexShrink: 0 },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    maxHeight: "220px",
    overflowY: "auto",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  item: {
    display: "grid",
    padding: "6px 12px",
    "&:not(:first-child)": { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

/** More names than this help nobody to decide. */
const MOST = 100;

interface Props {
  readonly act: Act;
  readonly requests: readonly LogRequest[];
  /** @param isDone whether anything was done */
  readonly onClose: (isDone: boolean) => void;
}

/** Says what will be done to which requests and what is left alone; then does it, and says of each row that was refused why. */
export function ActDialog({ act, requests, onClose }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const client = useQueryClient();
  const notify = useNotify();
  const { maxReminders } = useMe().settings;
  // As they were when the question was put: what the feed changes meanwhile must not change what is being confirmed.
  const [given] = useState(requests);
  const { can, cannot } = useMemo(() => sortOut(act, given, maxReminders), [act, given, maxReminders]);
  const [done, setDone] = useState<number>();
  const [refusals, setRefusals] = useState<readonly Refusal[]>();
  const text = (key: string, count: number) => t(`bulk.${act}.${key}` as MessageKey, { count });

  const go = async () => {
    setDone(0);
    const refused = await actOnEach(client, act, can, setDone);
    if (refused.length === 0) {
      notify(text("done", can.length));
      onClose(true);
    } else setRefusals(refused);
  };

  const title = refusals
    ? text("result", can.length - refusals.length)
    : can.length > 0
      ? text("title", given.length)
      : t(`bulk.${act}.none`);
  const isBusy = done !== undefined && !refusals;
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && !isBusy && onClose(refusals !== undefined)}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={styles.content} aria-live="polite">
            {refusals ? (
              <>
                <MessageBar intent="warning" layout="multiline">
                  <MessageBarBody>{t("bulk.refused", { count: refusals.length })}</MessageBarBody>
                </MessageBar>
                <Rows rows={refusals.map(({ request, error }) => ({ request, note: describeError(error, t) }))} />
              </>
            ) : (
              <>
                {can.length > 0 ? (
                  <>
                    <p className={styles.text}>{text("text", can.length)}</p>
                    <Rows
                      rows={can.map((request) => ({
                        request,
                        ...(request.state === "consented" ? { note: t("request.cancel.consented") } : {}),
                      }))}
                    />
                  </>
                ) : null}
                {cannot.length > 0 ? (
                  <>
                    {can.length > 0 ? (
                      <Text as="h3" weight="semibold" className={styles.title}>
                        {t("bulk.left", { count: cannot.length })}
                      </Text>
                    ) : null}
                    <Rows
                      rows={cannot.map(({ request, why }) => ({ request, note: t(`bulk.why.${why}` as MessageKey) }))}
                    />
                  </>
                ) : null}
                {isBusy ? <ProgressBar value={done} max={can.length} aria-label={t("bulk.busy")} /> : null}
              </>
            )}
          </DialogContent>
          <DialogActions>
            <Button disabled={isBusy} onClick={() => onClose(refusals !== undefined)}>
              {refusals || can.length === 0 ? t("close") : t("back")}
            </Button>
            {refusals || can.length === 0 ? null : (
              <Button
                className={styles.action}
                appearance="primary"
                disabledFocusable={isBusy}
                onClick={() => void go()}
              >
                {text("action", can.length)}
              </Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Rows({ rows }: { readonly rows: readonly { readonly request: LogRequest; readonly note?: string }[] }) {
  const styles = useStyles();
  const { t } = useT();
  return (
    <ul className={styles.list} tabIndex={0} aria-label={t("requests.title")}>
      {rows.slice(0, MOST).map(({ request, note }) => (
        <li key={request.id} className={styles.item} data-act-on={request.id}>
          <span>
            <PersonLabel request={request} /> ·{" "}
            <span className={styles.quiet}>
              <TicketLabel request={request} />
            </span>
          </span>
          {note === undefined ? null : <span className={styles.quiet}>{note}</span>}
        </li>
      ))}
      {rows.length > MOST ? <li className={styles.item}>{t("bulk.more", { count: rows.length - MOST })}</li> : null}
    </ul>
  );
}
