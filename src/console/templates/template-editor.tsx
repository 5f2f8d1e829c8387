import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "#console/api/call-api.ts";
import type { Template } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { ErrorState } from "#console/parts/query-states.tsx";
import { templateName } from "./template-name.ts";

const useStyles = makeStyles({
  content: { display: "grid", gap: "12px" },
  language: {
    display: "grid",
    gap: "8px",
    border: "none",
    margin: 0,
    padding: 0,
    "& > legend": { padding: "4px 0 8px", fontWeight: tokens.fontWeightSemibold, fontSize: tokens.fontSizeBase400 },
  },
});

interface Props {
  readonly template: Template | undefined;
  readonly onClose: () => void;
}

type Texts = Readonly<Record<string, { readonly name: string; readonly reason: string }>>;

const asNumber = (text: string) => (text.trim() === "" ? undefined : Number(text));

/** Writes a template: its words in each language, and what it ticks. */
export function TemplateEditor({ template, onClose }: Props) {
  const styles = useStyles();
  const { t, language } = useT();
  const client = useQueryClient();
  const [id, setId] = useState(template?.id ?? "");
  const [texts, setTexts] = useState<Texts>(template?.texts ?? {});
  const [collectors, setCollectors] = useState(template?.collectors.join(", ") ?? "");
  const [windowHours, setWindowHours] = useState(String(template?.windowHours ?? ""));
  const [answerByHours, setAnswerByHours] = useState(String(template?.answerByHours ?? ""));
  const [error, setError] = useState<unknown>();
  const names = new Intl.DisplayNames(language, { type: "language" });
  const languages = [...new Set(["en", "de", ...Object.keys(texts)])];
  const write = (tag: string, part: Partial<Texts[string]>) =>
    setTexts((before) => ({ ...before, [tag]: { name: "", reason: "", ...before[tag], ...part } }));

  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    const filled = Object.entries(texts).filter(([, { name, reason }]) => name.trim() !== "" || reason.trim() !== "");
    const [window, answerBy] = [asNumber(windowHours), asNumber(answerByHours)];
    const body = {
      texts: Object.fromEntries(filled),
      collectors: collectors.split(/[\s,]+/).filter(Boolean),
      ...(window === undefined ? {} : { windowHours: window }),
      ...(answerBy === undefined ? {} : { answerByHours: answerBy }),
    };
    try {
      await callApi<Template>("PUT", `/v1/templates/${encodeURIComponent(id)}`, { body });
      await client.invalidateQueries({ queryKey: ["templates"] });
      onClose();
    } catch (trouble) {
      setError(trouble);
    }
  };

  /** As the server names what was sent: `texts.en.name`, `collectors[2]`. */
  const nameOf = (target: string): string | undefined => {
    const [, tag, part] = /^texts\.([^.]+)\.(name|reason)$/.exec(target) ?? [];
    if (part) return `${t(part === "name" ? "templates.name" : "field.reason")} (${tag})`;
    if (target.startsWith("texts")) return t("templates.name");
    const [, index] = /^collectors\[(\d+)\]/.exec(target) ?? [];
    if (index) return `${t("field.collectors")} (${collectors.split(/[\s,]+/).filter(Boolean)[Number(index)] ?? ""})`;
    if (target === "collectors") return t("field.collectors");
    if (target === "windowHours") return t("templates.windowHours");
    return target === "answerByHours" ? t("templates.answerByHours") : undefined;
  };

  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={(event) => void save(event)}>
          <DialogBody>
            <DialogTitle>
              {template ? t("templates.edit", { name: templateName(template, language) }) : t("templates.new")}
            </DialogTitle>
            <DialogContent className={styles.content}>
              {error === undefined ? null : <ErrorState error={error} nameOf={nameOf} />}
              {template ? null : (
                <Field label={t("templates.id")} hint={t("templates.id.hint")} required>
                  <Input
                    value={id}
                    onChange={(_, { value }) => setId(value)}
                    pattern="[a-z0-9][a-z0-9\-]{0,39}"
                    required
                  />
                </Field>
              )}
              {languages.map((tag) => (
                <fieldset key={tag} className={styles.language}>
                  <legend>{names.of(tag) ?? tag}</legend>
                  <Field label={`${t("templates.name")} (${tag})`}>
                    <Input
                      lang={tag}
                      value={texts[tag]?.name ?? ""}
                      maxLength={100}
                      onChange={(_, { value }) => write(tag, { name: value })}
                    />
                  </Field>
                  <Field label={`${t("field.reason")} (${tag})`}>
                    <Textarea
                      lang={tag}
                      value={texts[tag]?.reason ?? ""}
                      maxLength={1_000}
                      onChange={(_, { value }) => write(tag, { reason: value })}
                    />
                  </Field>
                </fieldset>
              ))}
              <Field label={t("field.collectors")} hint={t("templates.collectors.hint")}>
                <Input value={collectors} onChange={(_, { value }) => setCollectors(value)} />
              </Field>
              <Field label={t("templates.windowHours")}>
                <Input
                  type="number"
                  min={1}
                  max={2160}
                  value={windowHours}
                  onChange={(_, { value }) => setWindowHours(value)}
                />
              </Field>
              <Field label={t("templates.answerByHours")}>
                <Input
                  type="number"
                  min={1}
                  max={672}
                  value={answerByHours}
                  onChange={(_, { value }) => setAnswerByHours(value)}
                />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t("back")}</Button>
              <Button type="submit" appearance="primary">
                {t("save")}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
