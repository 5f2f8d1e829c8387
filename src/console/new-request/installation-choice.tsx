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
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { Moment } from "#console/parts/moment.tsx";
import { SkeletonRows } from "#console/parts/query-states.tsx";
import { suggestInstallation, type Ask } from "./ask.ts";

const useStyles = makeStyles({
  root: { display: "grid", gap: "8px", marginTop: "12px" },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  label: { display: "grid" },
  suggested: { color: tokens.colorBrandForeground1, fontWeight: tokens.fontWeightSemibold },
});

interface Props {
  readonly installations: readonly Installation[] | undefined;
  readonly ask: Ask;
  readonly onChange: (part: Partial<Ask>) => void;
}

/** Where the question appears. Without a device the request still waits: the app fetches it at its next start. */
export function InstallationChoice({ installations, ask, onChange }: Props) {
  const styles = useStyles();
  const { t } = useT();
  if (!installations) return <SkeletonRows count={2} height={24} />;
  if (installations.length === 0) {
    return (
      <div className={styles.root}>
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t("new.noInstallation")}</MessageBarBody>
        </MessageBar>
      </div>
    );
  }
  const suggested = suggestInstallation(installations);
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
              key={one.id}
              value={one.id}
              label={
                <span className={styles.label}>
                  <span>
                    {one.model ?? t(`platform.${one.platform}` as MessageKey)}{" "}
                    {one.id === suggested?.id && installations.length > 1 ? (
                      <Text size={200} className={styles.suggested}>
                        {t("new.where.suggested")}
                      </Text>
                    ) : null}
                  </span>
                  <span className={styles.quiet}>
                    {[
                      one.osVersion,
                      one.appVersion === undefined ? undefined : t("app.version", { version: one.appVersion }),
                    ]
                      .filter(Boolean)
                      .join(" · ")}{" "}
                    · {t("lastSeen")} <Moment at={one.lastSeenAt} show="relative" />
                    {one.notificationsAllowed === false ? ` · ${t("notifications.off")}` : null}
                  </span>
                </span>
              }
            />
          ))}
        </RadioGroup>
      </Field>
    </div>
  );
}
