import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { LogRequestDetail } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { Moment } from "#console/parts/moment.tsx";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import { outcomeWords } from "./push-outcome.ts";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: "12px" },
  push: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: "2px 12px", alignItems: "center" },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, gridColumn: "1 / -1" },
});

const TONES = { sending: "informative", waiting: "warning", accepted: "success", refused: "danger" } as const;

/** What was sent to the push service, and what it said. That is not what the user saw. */
export function PushList({ request }: { readonly request: LogRequestDetail }) {
  const styles = useStyles();
  const { t } = useT();
  if (request.pushes.length === 0) return <Text>{t(`reach.${request.reach}` as MessageKey)}</Text>;
  return (
    <ul className={styles.list}>
      {request.pushes.map((push) => (
        <li key={push.id} className={styles.push}>
          <span>
            {t(`pushKind.${push.kind}` as MessageKey)} · {t(`platform.${push.platform}` as MessageKey)}
          </span>
          <ToneBadge tone={TONES[push.state]}>{t(`pushState.${push.state}` as MessageKey)}</ToneBadge>
          <span className={styles.quiet}>
            <Moment at={push.finishedAt ?? push.createdAt} show="clock" />
            {push.attempt > 1 ? ` · ${t("push.attempt", { number: push.attempt })}` : null}
            {push.nextAttemptAt === undefined ? null : (
              <>
                {" · "}
                {t("push.next")} <Moment at={push.nextAttemptAt} show="relative" />
              </>
            )}
            {push.outcomes === undefined ? null : ` · ${outcomeWords(push.platform, push.outcomes, t)}`}
            {push.reason === undefined ? null : ` · ${push.reason}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
