import {
  Button,
  DrawerBody,
  DrawerHeader,
  makeStyles,
  mergeClasses,
  MessageBar,
  MessageBarBody,
  OverlayDrawer,
  Text,
  tokens,
  useRestoreFocusTarget,
} from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { NavigationRegular } from "@fluentui/react-icons/svg/navigation";
import { QuestionCircleRegular } from "@fluentui/react-icons/svg/question-circle";
import { lazy, useCallback, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import type { Me } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { announce, announcement } from "#console/live/announce.ts";
import { connection } from "#console/live/connection.ts";
import { useLive, useUnreadCount } from "#console/live/use-live.ts";
import { useStore } from "#console/parts/create-store.ts";
import { focusTitle } from "#console/parts/focus-title.ts";
import { Layer } from "#console/parts/layer.tsx";
import { BrandMark } from "./brand-mark.tsx";
import { MeContext } from "./me-context.ts";
import { Nav } from "./nav.tsx";
import { mayWrite } from "./roles.ts";
import { Screens } from "./screens.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { UserMenu } from "./user-menu.tsx";

const HelpPanel = lazy(async () => ({ default: (await import("./help-panel.tsx")).HelpPanel }));

const BAR = "3.25rem";

const useStyles = makeStyles({
  skip: {
    position: "absolute",
    zIndex: 10,
    top: "-80px",
    insetInlineStart: "8px",
    padding: "8px 16px",
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForeground1,
    "&:focus": { top: "8px" },
  },
  bar: {
    position: "sticky",
    top: 0,
    zIndex: 5,
    minHeight: BAR,
    boxSizing: "border-box",
    display: "flex",
    alignItems: "center",
    gap: "8px",
    paddingInline: "12px",
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  brand: {
    display: "flex",
    alignItems: "center",
    gap: "10px",
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    borderRadius: tokens.borderRadiusMedium,
    minHeight: "32px",
    "&:focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  push: { flexGrow: 1 },
  menuButton: { "@media (min-width: 60em)": { display: "none" } },
  live: {
    display: "flex",
    alignItems: "center",
    gap: "6px",
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    "@media (max-width: 40em)": { display: "none" },
  },
  dot: { width: "8px", height: "8px", borderRadius: "50%", backgroundColor: tokens.colorNeutralForeground4 },
  dotLive: { backgroundColor: tokens.colorStatusSuccessBackground3 },
  body: { display: "flex", alignItems: "stretch", minHeight: `calc(100vh - ${BAR})` },
  side: {
    width: "13.25rem",
    flexShrink: 0,
    position: "sticky",
    top: BAR,
    alignSelf: "flex-start",
    "@media (max-width: 59.9375em)": { display: "none" },
  },
  main: { flexGrow: 1, minWidth: 0, display: "flex", flexDirection: "column", scrollMarginTop: BAR },
  notice: { padding: "12px 24px 0", "@media (max-width: 40em)": { padding: "8px 12px 0" } },
  brandName: { whiteSpace: "nowrap", "@media (max-width: 25em)": { display: "none" } },
  newButton: {
    "@media (max-width: 40em)": { minWidth: "40px", paddingInline: "8px", "& .fui-Button__icon": { margin: 0 } },
  },
  label: { "@media (max-width: 40em)": { display: "none" } },
});

/** What stands around every screen: bar, navigation, connection, help, and the one live region. */
export function Shell({ me }: { readonly me: Me }) {
  const styles = useStyles();
  const { t } = useT();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isNavOpen, setNavOpen] = useState(false);
  const [, navigate] = useLocation();
  // Fetched when it is first wanted, and kept, so that it slides away as it came.
  const [wasHelpWanted, setHelpWanted] = useState(false);
  const openHelp = useCallback(() => {
    setHelpWanted(true);
    setHelpOpen(true);
  }, []);
  useLive(me);
  const unread = useUnreadCount();
  const cameFrom = useRestoreFocusTarget();
  const isWriter = mayWrite(me);
  useShortcuts({ onHelp: openHelp, mayWrite: isWriter });
  useFocusOnScreen();
  return (
    <MeContext value={me}>
      <a href="#main" className={styles.skip}>
        {t("skip")}
      </a>
      <header className={styles.bar}>
        <Button
          className={styles.menuButton}
          appearance="subtle"
          icon={<NavigationRegular />}
          aria-label={t("nav.open")}
          onClick={() => setNavOpen(true)}
          {...cameFrom}
        />
        <Link href="/" className={styles.brand} aria-label="Beckon">
          <BrandMark />
          <Text weight="semibold" size={400} className={styles.brandName}>
            Beckon
          </Text>
        </Link>
        <span className={styles.push} />
        <ConnectionDot />
        {isWriter ? (
          <Button
            appearance="primary"
            className={styles.newButton}
            icon={<AddRegular />}
            aria-keyshortcuts="c"
            aria-label={t("new.title")}
            onClick={() => navigate("/new")}
          >
            <span className={styles.label}>{t("new.title")}</span>
          </Button>
        ) : null}
        <Button
          appearance="subtle"
          icon={<QuestionCircleRegular />}
          aria-label={t("help.title")}
          aria-keyshortcuts="?"
          onClick={openHelp}
          {...cameFrom}
        />
        <UserMenu me={me} />
      </header>
      <div className={styles.body}>
        <div className={styles.side}>
          <Nav me={me} unread={unread} />
        </div>
        <main id="main" className={styles.main} tabIndex={-1}>
          <ConnectionLost />
          <Screens />
        </main>
      </div>
      <OverlayDrawer
        open={isNavOpen}
        position="start"
        size="small"
        onOpenChange={(_, { open }) => setNavOpen(open)}
        aria-label={t("nav.label")}
      >
        <DrawerHeader>
          <BrandMark />
        </DrawerHeader>
        <DrawerBody>
          <Nav me={me} unread={unread} onChosen={() => setNavOpen(false)} />
        </DrawerBody>
      </OverlayDrawer>
      {wasHelpWanted ? (
        <Layer onFail={() => setHelpWanted(false)}>
          <HelpPanel isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
        </Layer>
      ) : null}
      <LiveRegion />
    </MeContext>
  );
}

/** Whoever reads with a screen reader is taken to the new screen's heading, not left on what they pressed. */
function useFocusOnScreen(): void {
  const [path] = useLocation();
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    scrollTo(0, 0);
    const frame = requestAnimationFrame(focusTitle);
    return () => cancelAnimationFrame(frame);
  }, [path]);
}

function ConnectionDot() {
  const styles = useStyles();
  const { t } = useT();
  const state = useStore(connection);
  return (
    <span className={styles.live} data-connection={state}>
      <span className={mergeClasses(styles.dot, state === "live" && styles.dotLive)} aria-hidden />
      {t(`live.${state}`)}
    </span>
  );
}

function ConnectionLost() {
  const styles = useStyles();
  const { t } = useT();
  const state = useStore(connection);
  const isLost = state === "polling";
  useEffect(() => {
    if (isLost) announce(t("live.lost"));
    // Once, and not again in another language.
  }, [isLost]);
  if (!isLost) return null;
  return (
    <div className={styles.notice} data-connection-lost>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{t("live.lost")}</MessageBarBody>
      </MessageBar>
    </div>
  );
}

function LiveRegion() {
  return (
    <div className="heard-only" role="log" aria-live="polite" aria-relevant="additions text" data-live-region>
      {useStore(announcement)}
    </div>
  );
}
