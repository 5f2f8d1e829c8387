import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ChartMultipleRegular } from "@fluentui/react-icons/svg/chart-multiple";
import { CommentNoteRegular } from "@fluentui/react-icons/svg/comment-note";
import { HistoryRegular } from "@fluentui/react-icons/svg/history";
import { MailInboxRegular } from "@fluentui/react-icons/svg/mail-inbox";
import { PeopleRegular } from "@fluentui/react-icons/svg/people";
import { SettingsRegular } from "@fluentui/react-icons/svg/settings";
import { TicketDiagonalRegular } from "@fluentui/react-icons/svg/ticket-diagonal";
import { Link, useLocation } from "wouter";
import type { Me } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { maySupervise } from "./roles.ts";

const useStyles = makeStyles({
  list: { display: "grid", gap: "2px", listStyleType: "none", margin: 0, padding: "8px" },
  link: {
    display: "flex",
    alignItems: "center",
    gap: "12px",
    minHeight: "36px",
    padding: "0 12px",
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    textDecorationLine: "none",
    position: "relative",
    "&:hover": { backgroundColor: tokens.colorSubtleBackgroundHover, color: tokens.colorNeutralForeground1 },
    "&:focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
    "& svg": { fontSize: "20px", flexShrink: 0 },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    color: tokens.colorNeutralForeground1Selected,
    fontWeight: tokens.fontWeightSemibold,
    "&::before": {
      content: '""',
      position: "absolute",
      insetInlineStart: 0,
      insetBlock: "8px",
      width: "3px",
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandStroke,
    },
  },
  count: {
    marginInlineStart: "auto",
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorBrandForeground1,
  },
});

const ITEMS = [
  { to: "/", key: "requests", icon: MailInboxRegular, supervisors: false },
  { to: "/tickets", key: "tickets", icon: TicketDiagonalRegular, supervisors: false },
  { to: "/people", key: "people", icon: PeopleRegular, supervisors: false },
  { to: "/templates", key: "templates", icon: CommentNoteRegular, supervisors: false },
  { to: "/insights", key: "insights", icon: ChartMultipleRegular, supervisors: false },
  { to: "/audit", key: "audit", icon: HistoryRegular, supervisors: true },
  { to: "/settings", key: "settings", icon: SettingsRegular, supervisors: true },
] as const;

/** The screens that this person's role opens. */
export function screensFor(me: Me): readonly (typeof ITEMS)[number][] {
  return ITEMS.filter(({ supervisors }) => !supervisors || maySupervise(me));
}

interface NavProps {
  readonly me: Me;
  readonly unread: number;
  readonly onChosen?: () => void;
}

export function Nav({ me, unread, onChosen }: NavProps) {
  const styles = useStyles();
  const { t } = useT();
  const [path] = useLocation();
  const isAt = (to: string) => (to === "/" ? path === "/" || path.startsWith("/log-requests") : path.startsWith(to));
  return (
    <nav aria-label={t("nav.label")}>
      <ul className={styles.list}>
        {screensFor(me).map(({ to, key, icon: Icon }) => (
          <li key={to}>
            <Link
              href={to}
              className={mergeClasses(styles.link, isAt(to) && styles.current)}
              aria-current={isAt(to) ? "page" : undefined}
              onClick={() => onChosen?.()}
            >
              <Icon aria-hidden />
              {t(`nav.${key}` as MessageKey)}
              {key === "requests" && unread > 0 ? (
                <span className={styles.count}>
                  {unread}
                  <span className="heard-only"> {t("unread")}</span>
                </span>
              ) : null}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
