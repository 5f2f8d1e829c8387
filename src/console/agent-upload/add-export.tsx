import { Button, makeStyles, mergeClasses, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { ArrowUploadRegular } from "@fluentui/react-icons/svg/arrow-upload";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { AgentUpload } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { ExportResult, ExportTrouble } from "./export-result.tsx";
import { sendZip } from "./send-zip.ts";

const useStyles = makeStyles({
  column: { display: "grid", gap: "12px" },
  zone: {
    display: "grid",
    justifyItems: "start",
    gap: "12px",
    padding: "16px",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px dashed ${tokens.colorNeutralStrokeAccessible}`,
  },
  over: { backgroundColor: tokens.colorBrandBackground2, border: `1px dashed ${tokens.colorBrandStroke1}` },
  sending: { display: "grid", gap: "6px", width: "100%" },
  row: { display: "flex", gap: "12px", alignItems: "center", justifyContent: "space-between" },
});

type Stage =
  | { readonly kind: "idle" }
  | { readonly kind: "sending"; readonly name: string; readonly share: number; readonly stop: () => void }
  | { readonly kind: "done"; readonly upload: AgentUpload }
  | { readonly kind: "trouble"; readonly error: unknown; readonly again?: () => void }
  | { readonly kind: "several" };

/** Where an agent drops a zip that a user exported and handed over by other ways. */
export function AddExport({ ticketId }: { readonly ticketId: string }) {
  const { t } = useT();
  const styles = useStyles();
  const input = useRef<HTMLInputElement>(null);
  const { stage, add } = useAddExport(ticketId);
  const [isOver, setOver] = useState(false);
  const isSending = stage.kind === "sending";
  const take = (files: FileList | null) => {
    if (!isSending && files !== null && files.length > 0) add([...files]);
  };
  return (
    <div className={styles.column} data-export={stage.kind}>
      <div
        className={mergeClasses(styles.zone, isOver && styles.over)}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files);
        }}
      >
        <Text>{t("exports.hint")}</Text>
        <Button
          icon={<ArrowUploadRegular />}
          disabledFocusable={isSending}
          onClick={() => {
            if (!isSending) input.current?.click();
          }}
        >
          {t("exports.add")}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".zip,application/zip"
          hidden
          aria-label={t("exports.choose")}
          onChange={(event) => {
            take(event.target.files);
            // So that the same file can be chosen once more.
            event.target.value = "";
          }}
        />
      </div>
      <div aria-live="polite">{isSending ? <Sending stage={stage} /> : null}</div>
      {stage.kind === "done" ? <ExportResult upload={stage.upload} /> : null}
      {stage.kind === "trouble" ? <ExportTrouble error={stage.error} onRetry={stage.again} /> : null}
      {stage.kind === "several" ? <Text role="alert">{t("exports.one")}</Text> : null}
    </div>
  );
}

function Sending({ stage }: { readonly stage: Extract<Stage, { kind: "sending" }> }) {
  const { t } = useT();
  const styles = useStyles();
  const { name, share, stop } = stage;
  const isSent = share >= 1;
  const text = t(isSent ? "exports.checking" : "exports.sending", { name });
  return (
    <div className={styles.sending}>
      <div className={styles.row}>
        <Text>{text}</Text>
        {isSent ? null : (
          <Button size="small" onClick={stop}>
            {t("exports.stop")}
          </Button>
        )}
      </div>
      {isSent ? <ProgressBar aria-label={text} /> : <ProgressBar aria-label={text} value={share} />}
    </div>
  );
}

function useAddExport(ticketId: string): { readonly stage: Stage; readonly add: (files: readonly File[]) => void } {
  const client = useQueryClient();
  const [stage, setStage] = useState<Stage>({ kind: "idle" });
  const underWay = useRef<AbortController>(undefined);
  // Who leaves the screen stops it: half of a zip leaves nothing.
  useEffect(() => () => underWay.current?.abort(), []);

  const send = async (zip: File, idempotencyKey: string) => {
    const stopping = new AbortController();
    underWay.current = stopping;
    const stop = () => stopping.abort();
    const onProgress = (share: number) => setStage({ kind: "sending", name: zip.name, share, stop });
    onProgress(0);
    try {
      const upload = await sendZip({ ticketId, zip, idempotencyKey, onProgress, signal: stopping.signal });
      setStage({ kind: "done", upload });
      await client.invalidateQueries({ queryKey: ["ticket", ticketId] });
    } catch (error) {
      if (stopping.signal.aborted) return setStage({ kind: "idle" });
      setStage({ kind: "trouble", error, again: () => void send(zip, idempotencyKey) });
    }
  };
  return {
    stage,
    add: (files) => {
      const [zip, ...others] = files;
      if (!zip || others.length > 0) setStage({ kind: "several" });
      else void send(zip, crypto.randomUUID());
    },
  };
}
