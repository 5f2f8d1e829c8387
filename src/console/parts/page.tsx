import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useEffect } from "react";
import { focusTitleIfWanted } from "./focus-title.ts";

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    gap: "16px",
    padding: "20px 24px 48px",
    maxWidth: "1440px",
    marginInline: "auto",
    boxSizing: "border-box",
    width: "100%",
    "@media (max-width: 40em)": { padding: "12px 12px 40px" },
  },
  full: { flexGrow: 1, minHeight: 0, paddingBottom: "16px" },
  head: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "8px 12px" },
  // Takes the focus so that it is read out; it is nothing to operate.
  title: { margin: 0, flexGrow: 1, minWidth: 0, outlineStyle: "none" },
  actions: { display: "flex", flexWrap: "wrap", gap: "8px" },
  card: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    minWidth: 0,
  },
  cardHead: {
    display: "flex",
    alignItems: "center",
    gap: "8px",
    padding: "14px 16px 0",
    "& > h2": { margin: 0, flexGrow: 1, minWidth: 0 },
  },
  cardBody: { padding: "12px 16px 16px", minWidth: 0 },
});

interface PageProps {
  readonly title: string;
  /** Stands before the title: a link back, a picture. */
  readonly before?: React.ReactNode;
  readonly actions?: React.ReactNode;
  /** As high as the window, for lists that scroll by themselves. */
  readonly full?: boolean;
  readonly children: React.ReactNode;
}

/** A screen: its one h1, its actions, its title in the browser's tab. */
export function Page({ title, before, actions, full = false, children }: PageProps) {
  const styles = useStyles();
  useTabTitle(title);
  useEffect(focusTitleIfWanted, []);
  return (
    <div className={mergeClasses(styles.page, full && styles.full)}>
      <div className={styles.head}>
        {before}
        <Text as="h1" size={600} weight="semibold" className={styles.title} tabIndex={-1} id="page-title">
          <bdi>{title}</bdi>
        </Text>
        {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** Kept beside the count of unread requests, which the shell puts before it. */
export function useTabTitle(title: string): void {
  useEffect(() => {
    const count = /^\(\d+\) /.exec(document.title)?.[0] ?? "";
    document.title = `${count}${title} · Beckon`;
  }, [title]);
}

interface CardProps {
  readonly title: string;
  readonly aside?: React.ReactNode;
  /** The content reaches the card's edges: tables and lists. */
  readonly flush?: boolean;
  readonly children: React.ReactNode;
}

export function Section({ title, aside, flush = false, children }: CardProps) {
  const styles = useStyles();
  return (
    <section className={styles.card} aria-label={title}>
      <div className={styles.cardHead}>
        <Text as="h2" size={400} weight="semibold">
          {title}
        </Text>
        {aside}
      </div>
      <div className={flush ? undefined : styles.cardBody}>{children}</div>
    </section>
  );
}
