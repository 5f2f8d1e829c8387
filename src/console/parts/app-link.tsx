import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Link as RouterLink } from "wouter";

const useStyles = makeStyles({
  link: {
    // Links that stand by themselves are targets of 24 pixels (WCAG 2.5.8).
    display: "inline-block",
    minHeight: "24px",
    lineHeight: "24px",
    maxWidth: "100%",
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: "none",
    borderRadius: tokens.borderRadiusSmall,
    "&:hover": { textDecorationLine: "underline", color: tokens.colorBrandForegroundLinkHover },
    "&:focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "2px" },
  },
  strong: { fontWeight: tokens.fontWeightSemibold },
  plain: { color: "inherit", display: "inline", minHeight: "auto", lineHeight: "inherit" },
  inText: { display: "inline", textDecorationLine: "underline" },
});

interface LinkProps {
  readonly to: string;
  readonly look?: "strong" | "plain" | "inText";
  readonly title?: string;
  readonly className?: string;
  readonly tabIndex?: number;
  readonly children: React.ReactNode;
}

/** A link to another screen. */
export function AppLink({ to, look, title, className, tabIndex, children }: LinkProps) {
  const styles = useStyles();
  return (
    <RouterLink
      href={to}
      className={mergeClasses(styles.link, look && styles[look], className)}
      title={title}
      tabIndex={tabIndex}
    >
      {children}
    </RouterLink>
  );
}
