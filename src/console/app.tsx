import {
  FluentProvider,
  makeStyles,
  teamsHighContrastTheme,
  Toaster,
  tokens,
  webDarkTheme,
  webLightTheme,
  type Theme,
} from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { meQuery } from "./api/queries.ts";
import type { Me } from "./api/shapes.ts";
import { directionOf, languageOf, startI18n } from "./i18n/start-i18n.ts";
import { useT } from "./i18n/use-t.ts";
import { announce } from "./live/announce.ts";
import { followingTextSize } from "./parts/text-size.ts";
import { useStore } from "./parts/create-store.ts";
import { ErrorState, SkeletonRows } from "./parts/query-states.tsx";
import { preferences, type ThemeChoice } from "./shell/preferences.ts";
import { Shell } from "./shell/shell.tsx";
import { SignInAgain } from "./shell/sign-in-again.tsx";
import { SignIn } from "./shell/sign-in.tsx";
import { TOASTER_ID } from "./shell/use-notify.tsx";

/** A page is grey, and what lies on it white; in the dark the other way round. */
const THEMES: Readonly<Record<Exclude<ThemeChoice, "system">, Theme>> = {
  light: followingTextSize(webLightTheme),
  dark: followingTextSize(webDarkTheme),
  contrast: followingTextSize(teamsHighContrastTheme),
};

const useStyles = makeStyles({
  root: { minHeight: "100vh", backgroundColor: tokens.colorNeutralBackground2, color: tokens.colorNeutralForeground1 },
  wait: { maxWidth: "720px", margin: "12vh auto", padding: "16px" },
});

const darkQuery = matchMedia("(prefers-color-scheme: dark)");

function useTheme(): Theme {
  const { theme } = useStore(preferences);
  const isDark = useSyncExternalStore(
    (wake) => {
      darkQuery.addEventListener("change", wake);
      return () => darkQuery.removeEventListener("change", wake);
    },
    () => darkQuery.matches,
  );
  return THEMES[theme === "system" ? (isDark ? "dark" : "light") : theme];
}

export function App() {
  const styles = useStyles();
  const theme = useTheme();
  const { language } = useStore(preferences);
  useEffect(() => void startI18n(), [language]);
  useEffect(() => {
    document.documentElement.style.background = theme.colorNeutralBackground2;
    document.documentElement.style.colorScheme = theme === THEMES.light ? "light" : "dark";
  }, [theme]);
  useT(); // draws anew when the language has been loaded
  return (
    <FluentProvider theme={theme} dir={directionOf(languageOf())}>
      {/* Not on the provider: what lies over the page, a toast for one, takes its styles, and would cover it whole. */}
      <div className={styles.root}>
        <WhoIsThere />
      </div>
      <Toaster toasterId={TOASTER_ID} position="bottom-end" pauseOnHover announce={announce} />
    </FluentProvider>
  );
}

function WhoIsThere() {
  const styles = useStyles();
  const { data: me, error, isPending, refetch } = useQuery(meQuery);
  // Whose page this is, also when the session has ended: what they wrote stays.
  const [owner, setOwner] = useState<Me>();
  const isAnother = me && owner && me.id !== owner.id;
  if (me && me !== owner && !isAnother) setOwner(me);
  useEffect(() => {
    // Nothing that was read for one person is shown to another.
    if (isAnother) location.reload();
  }, [isAnother]);
  if (isPending) {
    return (
      <div className={styles.wait}>
        <SkeletonRows />
      </div>
    );
  }
  if (owner) {
    return (
      <>
        <Shell me={owner} />
        {me === null ? <SignInAgain /> : null}
      </>
    );
  }
  if (error) {
    return (
      <main className={styles.wait}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </main>
    );
  }
  return <SignIn />;
}
