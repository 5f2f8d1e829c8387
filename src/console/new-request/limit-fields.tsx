import { Field, Input, makeStyles, Select } from "@fluentui/react-components";
import { agentZone } from "#console/i18n/format.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import type { Ask, Missing, WindowChoice } from "./ask.ts";

const useStyles = makeStyles({
  root: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(160px, 100%), 1fr))",
    gap: "12px",
    marginTop: "12px",
    alignItems: "start",
  },
  input: { minWidth: 0, width: "100%" },
});

const MEGABYTES = ["5", "20", "50", "200", "1000"];
const HOURS = ["4", "24", "72", "168", "336"];

interface Props {
  readonly ask: Ask;
  readonly onChange: (part: Partial<Ask>) => void;
  readonly missing: readonly Missing[];
}

/** From when, how much, and until when. */
export function LimitFields({ ask, onChange, missing }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const sizes = withOwn(MEGABYTES, ask.maxMegabytes);
  const hours = withOwn(HOURS, ask.answerByHours);
  return (
    <div className={styles.root}>
      <Field label={t("field.window")}>
        <Select
          {...(ask.windowHours === "own" ? {} : { "data-field": "window" })}
          value={ask.windowHours}
          onChange={(_, { value }) => onChange({ windowHours: value as WindowChoice })}
        >
          <option value="1">{t("window.hours", { count: 1 })}</option>
          <option value="24">{t("window.hours", { count: 24 })}</option>
          <option value="168">{t("window.days", { count: 7 })}</option>
          <option value="any">{t("window.any")}</option>
          <option value="own">{t("window.own")}</option>
        </Select>
      </Field>
      {ask.windowHours === "own" ? (
        <>
          <Field
            label={t("window.from")}
            hint={agentZone()}
            {...(missing.includes("window")
              ? { validationState: "error", validationMessage: t("missing.window") }
              : {})}
          >
            <Input
              className={styles.input}
              type="datetime-local"
              value={ask.from}
              onChange={(_, { value }) => onChange({ from: value })}
              data-field="window"
            />
          </Field>
          <Field label={t("window.to")}>
            <Input
              className={styles.input}
              type="datetime-local"
              value={ask.to}
              onChange={(_, { value }) => onChange({ to: value })}
            />
          </Field>
        </>
      ) : null}
      <Field label={t("field.maxSize")}>
        <Select
          data-field="maxBytes"
          value={ask.maxMegabytes}
          onChange={(_, { value }) => onChange({ maxMegabytes: value })}
        >
          {sizes.map((megabytes) => (
            <option key={megabytes} value={megabytes}>
              {t("size.upTo", { size: format.size(Number(megabytes) * 1_000_000) })}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("field.answerBy")}>
        <Select
          data-field="answerBy"
          value={ask.answerByHours}
          onChange={(_, { value }) => onChange({ answerByHours: value })}
        >
          {hours.map((hour) => (
            <option key={hour} value={hour}>
              {Number(hour) % 24 === 0
                ? t("answerBy.days", { count: Number(hour) / 24 })
                : t("answerBy.hours", { count: Number(hour) })}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}

/** A template or a setting may hold a value that is none of ours. */
function withOwn(values: readonly string[], own: string): string[] {
  return [...new Set([...values, own])].toSorted((one, other) => Number(one) - Number(other));
}
