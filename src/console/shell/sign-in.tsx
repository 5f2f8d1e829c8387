import { Button, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { ShieldCheckmarkRegular } from "@fluentui/react-icons/svg/shield-checkmark";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { useTabTitle } from "#console/parts/page.tsx";
import { BrandMark } from "./brand-mark.tsx";

const useStyles = makeStyles({
  page: { minHeight: "100vh", display: "grid", placeItems: "center", padding: "16px", boxSizing: "border-box" },
  card: {
    width: "100%",
    maxWidth: "420px",
    boxSizing: "border-box",
    display: "grid",
    gap: "16px",
    padding: "40px 32px",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow16,
    "@media (max-width: 25em)": { padding: "28px 20px" },
  },
  title: { margin: 0 },
  note: { display: "flex", gap: "8px", color: tokens.colorNeutralForeground3, alignItems: "flex-start" },
});

const ERRORS = ["no_role", "refused", "expired", "failed", "unavailable"] as const;

export function signInUrl(returnTo: string): string {
  return `/auth/sign-in?${new URLSearchParams({ returnTo }).toString()}`;
}

/** Stands at the address that was wanted, so that a session that ended goes on where it was. */
export function SignIn() {
  const styles = useStyles();
  const { t } = useT();
  useTabTitle(t("signIn.title"));
  const query = new URLSearchParams(location.search);
  const isOwnPage = location.pathname === "/sign-in";
  const error = isOwnPage ? ERRORS.find((code) => code === query.get("error")) : undefined;
  const returnTo = isOwnPage ? (query.get("returnTo") ?? "/") : location.pathname + location.search + location.hash;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <BrandMark size={40} />
        <Text as="h1" size={600} weight="semibold" className={styles.title}>
          {t("signIn.title")}
        </Text>
        <Text>{t("signIn.what")}</Text>
        {error ? (
          <div role="alert">
            <MessageBar intent={error === "expired" ? "info" : "error"} layout="multiline">
              <MessageBarBody>
                {t(`signIn.error.${error}` as MessageKey)}
                {query.get("traceId") === null ? null : ` ${t("error.trace", { id: query.get("traceId") ?? "" })}`}
              </MessageBarBody>
            </MessageBar>
          </div>
        ) : null}
        <Button as="a" href={signInUrl(returnTo)} appearance="primary" size="large">
          {t("signIn.action")}
        </Button>
        <Text size={200} className={styles.note}>
          <ShieldCheckmarkRegular fontSize={16} aria-hidden />
          <span>{t("signIn.note")}</span>
        </Text>
      </div>
    </main>
  );
}
