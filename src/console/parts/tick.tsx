import { makeStyles, tokens } from "@fluentui/react-components";

const useStyles = makeStyles({
  // A target of 28 pixels around a box of 16 (WCAG 2.5.8).
  target: { display: "inline-grid", placeItems: "center", width: "28px", height: "28px", cursor: "pointer" },
  box: {
    width: "16px",
    height: "16px",
    margin: 0,
    cursor: "inherit",
    accentColor: tokens.colorCompoundBrandBackground,
    "&:focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "2px" },
  },
});

interface TickProps {
  readonly label: string;
  readonly isTicked: boolean;
  readonly isMixed?: boolean;
  readonly tabIndex?: number;
  readonly onToggle: () => void;
}

/** A checkbox that costs one element: rows are drawn by the hundred. */
export function Tick({ label, isTicked, isMixed = false, tabIndex, onToggle }: TickProps) {
  const styles = useStyles();
  return (
    <label className={styles.target}>
      <input
        type="checkbox"
        className={styles.box}
        aria-label={label}
        checked={isTicked}
        tabIndex={tabIndex}
        onChange={onToggle}
        ref={(box) => {
          if (box) box.indeterminate = isMixed;
        }}
      />
    </label>
  );
}
