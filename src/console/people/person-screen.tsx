import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { PhoneRegular } from "@fluentui/react-icons/svg/phone";
import { SendRegular } from "@fluentui/react-icons/svg/send";
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { installationsQuery, userQuery } from "#console/api/queries.ts";
import type { Installation } from "#console/api/shapes.ts";
import { useFormat, useNow } from "#console/i18n/use-format.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { Facts } from "#console/parts/facts.tsx";
import { Moment, UserZone } from "#console/parts/moment.tsx";
import { Page, Section } from "#console/parts/page.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";
import { RequestsSection } from "#console/ticket/requests-section.tsx";

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 63.9375em)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "grid", gap: "16px", minWidth: 0 },
  list: { listStyleType: "none", margin: "8px 0 0", padding: 0 },
  item: {
    display: "grid",
    gap: "6px",
    padding: "12px 16px",
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    justifyItems: "start",
  },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  badges: { display: "flex", flexWrap: "wrap", gap: "6px" },
});

/** A person: what they read, where they can be reached, what they were asked. */
export function PersonScreen({ userId }: { readonly userId: string }) {
  const styles = useStyles();
  const { t, language } = useT();
  const me = useMe();
  const [, navigate] = useLocation();
  const person = useQuery(userQuery(userId));
  const installations = useQuery(installationsQuery(userId));
  const user = person.data;
  const now = useNow();
  const format = useFormat();
  const names = new Intl.DisplayNames(language, { type: "language" });
  return (
    <Page
      title={user?.label ?? userId}
      actions={
        mayWrite(me) ? (
          <Button
            appearance="primary"
            icon={<SendRegular />}
            onClick={() => navigate(`/new?user=${encodeURIComponent(userId)}`)}
          >
            {t("ticket.request")}
          </Button>
        ) : undefined
      }
    >
      {person.error ? <ErrorState error={person.error} onRetry={() => void person.refetch()} /> : null}
      <UserZone value={user?.timeZone}>
        <div className={styles.columns}>
          <div className={styles.column}>
            <Section title={t("person.about")}>
              {user ? (
                <Facts
                  rows={[
                    [t("person.id"), user.id],
                    [t("person.contacts"), user.contacts.join(", ")],
                    [t("person.language"), user.locale === undefined ? undefined : names.of(user.locale)],
                    [
                      t("person.zone"),
                      user.timeZone === undefined
                        ? undefined
                        : format.moment(new Date(now).toISOString(), user.timeZone),
                    ],
                  ]}
                />
              ) : person.error ? null : (
                <SkeletonRows count={3} height={16} />
              )}
            </Section>
            <Section title={t("person.installations")} flush>
              {installations.error ? (
                <ErrorState error={installations.error} onRetry={() => void installations.refetch()} />
              ) : installations.data === undefined ? (
                <SkeletonRows count={2} />
              ) : installations.data.length === 0 ? (
                <EmptyState
                  icon={<PhoneRegular />}
                  title={t("person.noInstallations")}
                  hint={t("person.noInstallations.hint")}
                />
              ) : (
                <ul className={styles.list}>
                  {installations.data.map((one) => (
                    <InstallationRow key={one.id} installation={one} />
                  ))}
                </ul>
              )}
            </Section>
          </div>
          <RequestsSection filter={{ userId }} named="ticket" none={t("person.noRequests")} />
        </div>
      </UserZone>
    </Page>
  );
}

function InstallationRow({ installation }: { readonly installation: Installation }) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const { model, platform, osVersion, appVersion, lastSeenAt, notificationsAllowed, hubSync, collectors } =
    installation;
  const version = appVersion === undefined ? undefined : t("app.version", { version: appVersion });
  return (
    <li className={styles.item}>
      <strong>{model ?? t(`platform.${platform}` as MessageKey)}</strong>
      <span className={styles.quiet}>
        {[t(`platform.${platform}` as MessageKey), osVersion, version].filter(Boolean).join(" · ")} · {t("lastSeen")}{" "}
        <Moment at={lastSeenAt} show="relative" />
      </span>
      <span className={styles.badges}>
        <ToneBadge tone={hubSync === "synced" ? "success" : hubSync === "refused" ? "danger" : "informative"}>
          {t(`hubSync.${hubSync}`)}
        </ToneBadge>
        {notificationsAllowed === false ? <ToneBadge tone="warning">{t("notifications.off")}</ToneBadge> : null}
      </span>
      {collectors.length > 0 ? (
        <span className={styles.quiet}>{format.list(collectors.map(({ name, label }) => label ?? name))}</span>
      ) : null}
    </li>
  );
}
