import {
  Field,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  Text,
  tokens,
} from "@fluentui/react-components";
import type { Installation } from "#console/api/shapes.ts";
import { useNow } from "#console/i18n/use-format.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { Moment } from "#console/parts/moment.tsx";
import { SkeletonRows } from "#console/parts/query-states.tsx";
import { reachabilityOf, suggestInstallation, type Ask } from "./ask.ts";

const useStyles = makeStyles({
  root: { display: "grid", gap: "8px", marginTop: "12px" },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  label: { display: "grid" },
  suggested: { color: tokens.colorBrandForeground1, fontWeight: tokens.fontWeightSemibold },
});

interface Props {
  readonly installations: readonly Installation[] | undefined;
  /** From which a call of the ticket was made, where that is known. */
  readonly callMakerId: string | undefined;
  readonly ask: Ask;
  readonly onChange: (part: Partial<Ask>) => void;
}

/** Where the question appears. Without a device the request still waits: the app fetches it at its next start. */
export function InstallationChoice({ installations, callMakerId, ask, onChange }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const now = useNow();
  if (!installations) return <SkeletonRows count={2} height={24} />;
  const reachability = reachabilityOf(installations, now);
  const warning =
    reachability === "fine" ? null : (
      <MessageBar intent="warning" layout="multiline" data-reachability={reachability}>
        <MessageBarBody>{t(`new.reach.${reachability}` as MessageKey)}</MessageBarBody>
      </MessageBar>
    );
  if (installations.length === 0) return <div className={styles.root}>{warning}</div>;
  const suggested = suggestInstallation(installations, callMakerId);
  const [only] = installations;
  if (only && installations.length === 1) {
    return (
      <div className={styles.root}>
        <Text className={styles.label}>
          <span>{t("new.where.only", { device: only.model ?? t(`platform.${only.platform}` as MessageKey) })}</span>
          <About installation={only} />
        </Text>
        {warning}
      </div>
    );
  }
  return (
    <div className={styles.root}>
      <Field label={t("new.where")}>
        <RadioGroup
          value={ask.installationId === "" ? "all" : ask.installationId}
          onChange={(_, { value }) => onChange({ installationId: value === "all" ? "" : value })}
        >
          <Radio value="all" label={t("new.where.all", { count: installations.length })} />
          {installations.map((one) => (
            <Radio
              data-installation={one.id}
              key={one.id}
              value={one.id}
              label={
                <span className={styles.label}>
                  <span>
                    {one.model ?? t(`platform.${one.platform}` as MessageKey)}{" "}
                    {one.id === suggested?.installationId ? (
                      <Text size={200} className={styles.suggested}>
                        {t(suggested.why === "madeCall" ? "new.where.madeCall" : "new.where.suggested")}
                      </Text>
                    ) : null}
                  </span>
                  <About installation={one} />
                </span>
              }
            />
          ))}
        </RadioGroup>
      </Field>
      {warning}
    </div>
  );
}

function About({ installation }: { readonly installation: Installation }) {
  const styles = useStyles();
  const { t } = useT();
  const { osVersion, appVersion, lastSeenAt, notificationsAllowed } = installation;
  const version = appVersion === undefined ? undefined : t("app.version", { version: appVersion });
  const known = [osVersion, version].filter((part) => part !== undefined);
  return (
    <span className={styles.quiet}>
      {known.map((part) => `${part} · `)}
      {t("lastSeen")} <Moment at={lastSeenAt} show="relative" />
      {notificationsAllowed === false ? ` · ${t("notifications.off")}` : null}
    </span>
  );
}
