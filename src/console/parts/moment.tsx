import { createContext, useContext } from "react";
import { useFormat, useNow } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";

/** The zone of the user whom a screen is about: its times say on hover what the user's clock shows. */
export const UserZone = createContext<string | undefined>(undefined);

interface MomentProps {
  readonly at: string;
  /** The user's own zone, where the screen is not about one user. */
  readonly userZone?: string | undefined;
  readonly show?: "relative" | "moment" | "clock";
  readonly compact?: boolean;
}

/** A time in the agent's zone; the exact one, and the user's, on hover. */
export function Moment({ at, userZone: given, show = "moment", compact = false }: MomentProps) {
  const screens = useContext(UserZone);
  const userZone = given ?? screens;
  const format = useFormat();
  const now = useNow();
  const { t } = useT();
  const exact = format.moment(at);
  const title =
    userZone === undefined ? exact : `${exact}\n${t("time.forUser", { moment: format.moment(at, userZone) })}`;
  const text =
    show === "relative"
      ? format.relative(at, now, compact ? "short" : "long")
      : show === "clock"
        ? format.clock(at)
        : exact;
  return (
    <time dateTime={at} title={title}>
      {text}
    </time>
  );
}
