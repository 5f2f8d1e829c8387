import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { LogRequest } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { stateWords, type Tone } from "./state-words.tsx";

const useStyles = makeStyles({
  badge: {
    display: "inline-flex",
    alignItems: "center",
    gap: "6px",
    maxWidth: "100%",
    boxSizing: "border-box",
    paddingInline: "8px 10px",
    minHeight: "24px",
    borderRadius: tokens.borderRadiusCircular,
    border: `1px solid transparent`,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    lineHeight: tokens.lineHeightBase200,
  },
  icon: { flexShrink: 0, fontSize: "16px" },
  word: { minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" },
});

/** Colours that hold 4.5 to 1 on their ground in every theme; `statusX3` on `statusX1` does not in dark. */
const useTones = makeStyles({
  informative: { backgroundColor: tokens.colorNeutralBackground4, color: tokens.colorNeutralForeground1 },
  subtle: { backgroundColor: tokens.colorNeutralBackground4, color: tokens.colorNeutralForeground2 },
  brand: { backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2 },
  success: {
    backgroundColor: tokens.colorStatusSuccessBackground1,
    color: tokens.colorStatusSuccessForeground1,
    border: `1px solid ${tokens.colorStatusSuccessBorder1}`,
  },
  warning: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    color: tokens.colorStatusWarningForeground2,
    border: `1px solid ${tokens.colorStatusWarningBorder1}`,
  },
  danger: {
    backgroundColor: tokens.colorStatusDangerBackground1,
    color: tokens.colorStatusDangerForeground1,
    border: `1px solid ${tokens.colorStatusDangerBorder1}`,
  },
});

/** A state as icon, word and colour: never colour alone. */
export function StateBadge({ request }: { readonly request: LogRequest }) {
  const { t } = useT();
  const styles = useStyles();
  const { icon: Icon, word, tone } = stateWords(request, t);
  return (
    <ToneBadge tone={tone}>
      <Icon className={styles.icon} aria-hidden />
      <span className={styles.word}>{word}</span>
    </ToneBadge>
  );
}

export function ToneBadge({ tone, children }: { readonly tone: Tone; readonly children: React.ReactNode }) {
  const styles = useStyles();
  const tones = useTones();
  return (
    <span className={mergeClasses(styles.badge, tones[tone])} data-tone={tone}>
      {children}
    </span>
  );
}
