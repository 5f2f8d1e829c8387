import { useFormat, useNow } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";

interface MomentProps {
  readonly at: string;
  /** The user's own zone: shown on hover, beside the agent's. */
  readonly userZone?: string | undefined;
  readonly show?: "relative" | "moment" | "clock";
  readonly compact?: boolean;
}

/** A time in the agent's zone; the exact one, and the user's, on hover. */
export function Moment({ at, userZone, show = "moment", compact = false }: MomentProps) {
  const format = useFormat();
  const now = useNow();
  const { t } = useT();
  const exact = format.moment(at);
  const title =
    userZone === undefined ? exact : `${exact}\n${t("time.forUser", { moment: format.moment(at, userZone) })}`;
  const text =
    show === "relative"
      ? format.relative(at, now, compact ? "narrow" : "long")
      : show === "clock"
        ? format.clock(at)
        : exact;
  return (
    <time dateTime={at} title={title}>
      {text}
    </time>
  );
}
