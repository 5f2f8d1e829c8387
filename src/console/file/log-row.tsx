import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { memo } from "react";
import { useT } from "#console/i18n/use-t.ts";
import type { LogLine } from "./read-log.ts";

const useStyles = makeStyles({
  line: {
    display: "flex",
    paddingInlineEnd: "16px",
    borderInlineStartWidth: "3px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: "transparent",
  },
  number: {
    flexShrink: 0,
    minWidth: "64px",
    paddingInlineEnd: "12px",
    textAlign: "end",
    color: tokens.colorNeutralForeground3,
    textDecorationLine: "none",
    userSelect: "none",
    "&:hover": { textDecorationLine: "underline" },
    "&:focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  text: { whiteSpace: "pre", flexGrow: 1, minWidth: 0 },
  wrap: { whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  marked: { backgroundColor: tokens.colorBrandBackground2 },
  error: { borderInlineStartColor: tokens.colorStatusDangerBorderActive },
  warn: { borderInlineStartColor: tokens.colorStatusWarningBorderActive },
  hit: { backgroundColor: tokens.colorPaletteYellowBackground2, color: tokens.colorPaletteYellowForeground2 },
});

interface Props {
  readonly line: LogLine;
  readonly needle: string;
  readonly isMarked: boolean;
  readonly isWrapped: boolean;
  readonly onMark: (number: number) => void;
}

/** One line. Its number is its address. */
export const LogRow = memo(function LogRow({ line, needle, isMarked, isWrapped, onMark }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const { level, number, text } = line;
  return (
    <div
      className={mergeClasses(
        styles.line,
        level === "error" && styles.error,
        level === "warn" && styles.warn,
        isMarked && styles.marked,
      )}
      data-line={number}
    >
      <a
        href={`#L${number}`}
        className={styles.number}
        aria-label={t("log.line", { number })}
        aria-current={isMarked ? "location" : undefined}
        onClick={(event) => {
          event.preventDefault();
          onMark(number);
        }}
      >
        {number}
      </a>
      <span className={mergeClasses(styles.text, isWrapped && styles.wrap)}>
        {needle === "" ? text : <Highlighted text={text} needle={needle} className={styles.hit} />}
      </span>
    </div>
  );
});

function Highlighted({
  text,
  needle,
  className,
}: {
  readonly text: string;
  readonly needle: string;
  readonly className: string;
}) {
  const lower = text.toLowerCase();
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    parts.push(
      text.slice(from, at),
      <mark key={at} className={className}>
        {text.slice(at, at + needle.length)}
      </mark>,
    );
    from = at + needle.length;
  }
  return <>{[...parts, text.slice(from)]}</>;
}
