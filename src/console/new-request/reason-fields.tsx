import { Checkbox, Field, Label, makeStyles, Select, Text, Textarea, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef } from "react";
import { collectorsQuery, templatesQuery } from "#console/api/queries.ts";
import type { Installation } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { collectorsOf, templateText, type Ask, type CollectorChoice, type Missing, type WindowChoice } from "./ask.ts";

const useStyles = makeStyles({
  root: { display: "grid", gap: "12px", gridTemplateColumns: "minmax(0, 1fr)" },
  wide: { width: "100%", minWidth: 0 },
  // The longest option must not widen the page.
  field: {
    gridTemplateColumns: "minmax(0, 1fr)",
    "& select": { width: "100%", minWidth: 0, textOverflow: "ellipsis" },
  },
  group: { display: "grid", gap: "2px" },
  missing: { color: tokens.colorPaletteRedForeground1 },
  collectors: { display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(min(220px, 100%), 1fr))" },
});

interface Props {
  readonly ask: Ask;
  readonly onChange: (part: Partial<Ask>) => void;
  /** What the user reads, where it is known. */
  readonly locale: string | undefined;
  /** Undefined: not known yet. */
  readonly installations: readonly Installation[] | undefined;
  readonly missing: readonly Missing[];
}

const WINDOWS: readonly string[] = ["1", "24", "168"];

/** Why, in words that the user will read, and what. */
export function ReasonFields({ ask, onChange, locale, installations, missing }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const groupId = useId();
  const { data: templates } = useQuery(templatesQuery);
  const { choices, areKnown } = useChoices(ask, installations);

  // One kind of log is all there is to ask for: then it is not a question.
  const only = areKnown && choices.length === 1 ? choices[0]?.name : undefined;
  const isUntouched = ask.collectors.length === 0 && ask.templateId === "";
  // Once: whoever unticks it means it.
  const hasTicked = useRef(false);
  useEffect(() => {
    if (only === undefined || !isUntouched || hasTicked.current) return;
    hasTicked.current = true;
    onChange({ collectors: [only] });
  }, [only, isUntouched, onChange]);

  const pick = (templateId: string) => {
    const template = templates?.find(({ id }) => id === templateId);
    if (!template) return onChange({ templateId: "" });
    const { text } = templateText(template, locale);
    const hours = String(template.windowHours ?? "");
    onChange({
      templateId,
      reason: text?.reason ?? "",
      ...(template.collectors.length > 0 ? { collectors: template.collectors } : {}),
      ...(WINDOWS.includes(hours) ? { windowHours: hours as WindowChoice } : {}),
      ...(template.answerByHours === undefined ? {} : { answerByHours: String(template.answerByHours) }),
    });
  };
  const tick = (name: string, isTicked: boolean) =>
    onChange({ collectors: isTicked ? [...ask.collectors, name] : ask.collectors.filter((other) => other !== name) });

  return (
    <div className={styles.root}>
      {templates && templates.length > 0 ? (
        <Field label={t("field.template")} className={styles.field}>
          <Select value={ask.templateId} onChange={(_, { value }) => pick(value)}>
            <option value="">{t("field.template.none")}</option>
            {templates.map((template) => {
              const { text, isTranslated } = templateText(template, locale);
              return (
                <option key={template.id} value={template.id}>
                  {text?.name ?? template.id}
                  {isTranslated || locale === undefined ? "" : ` (${t("template.untranslated")})`}
                </option>
              );
            })}
          </Select>
        </Field>
      ) : null}
      <Field
        label={t("field.reason")}
        hint={t("field.reason.hint")}
        required
        {...(missing.includes("reason") ? { validationState: "error", validationMessage: t("missing.reason") } : {})}
      >
        <Textarea
          className={styles.wide}
          value={ask.reason}
          onChange={(_, { value }) => onChange({ reason: value })}
          maxLength={1_000}
          rows={3}
          resize="vertical"
          data-field="reason"
        />
      </Field>
      <div className={styles.group} role="group" aria-labelledby={groupId}>
        <Label id={groupId} required>
          {t("field.collectors")}
        </Label>
        <div className={styles.collectors}>
          {choices.map(({ name, label, typicalSizeBytes }, index) => (
            <Checkbox
              key={name}
              checked={ask.collectors.includes(name)}
              onChange={(_, { checked }) => tick(name, checked === true)}
              label={
                typicalSizeBytes === undefined
                  ? label
                  : `${label} (${t("size.about", { size: format.size(typicalSizeBytes) })})`
              }
              {...(index === 0 ? { "data-field": "collectors" } : {})}
            />
          ))}
        </div>
        {missing.includes("collectors") ? (
          <Text role="alert" size={200} className={styles.missing}>
            {t("missing.collectors")}
          </Text>
        ) : null}
      </div>
    </div>
  );
}

interface Choices {
  readonly choices: readonly CollectorChoice[];
  /** False while it is still being asked what there is. */
  readonly areKnown: boolean;
}

/** What the chosen installations announce; for whom nothing is known, what any installation announces. */
function useChoices(ask: Ask, installations: readonly Installation[] | undefined): Choices {
  const { data: known } = useQuery(collectorsQuery);
  const chosen = (installations ?? []).filter(({ id }) => ask.installationId === "" || id === ask.installationId);
  const own = collectorsOf(chosen);
  const all =
    own.length > 0
      ? own
      : (known ?? []).map(({ name, labels, typicalSizeBytes }) => ({
          name,
          label: labels[0] ?? name,
          ...(typicalSizeBytes ? { typicalSizeBytes: typicalSizeBytes.median } : {}),
        }));
  const extra = ask.collectors
    .filter((name) => !all.some((choice) => choice.name === name))
    .map((name) => ({ name, label: name }));
  const choices = [...all, ...extra];
  const areKnown = installations !== undefined && (own.length > 0 || known !== undefined);
  return { choices: choices.length > 0 ? choices : [{ name: "app", label: "app" }], areKnown };
}
