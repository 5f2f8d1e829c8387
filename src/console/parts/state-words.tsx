import { ArrowUndoRegular } from "@fluentui/react-icons/svg/arrow-undo";
import { CheckmarkCircleFilled } from "@fluentui/react-icons/svg/checkmark-circle";
import { ClockRegular } from "@fluentui/react-icons/svg/clock";
import { DocumentErrorRegular } from "@fluentui/react-icons/svg/document-error";
import { DocumentSearchRegular } from "@fluentui/react-icons/svg/document-search";
import { ArrowUploadRegular } from "@fluentui/react-icons/svg/arrow-upload";
import { CalendarCancelRegular } from "@fluentui/react-icons/svg/calendar-cancel";
import { EyeRegular } from "@fluentui/react-icons/svg/eye";
import { HandRightOffRegular } from "@fluentui/react-icons/svg/hand-right-off";
import { ProhibitedRegular } from "@fluentui/react-icons/svg/prohibited";
import { SendRegular } from "@fluentui/react-icons/svg/send";
import { WarningRegular } from "@fluentui/react-icons/svg/warning";
import type { FluentIcon } from "@fluentui/react-icons";
import type { LogRequest } from "#console/api/shapes.ts";
import type { Translate, MessageKey } from "#console/i18n/use-t.ts";

export type Tone = "informative" | "brand" | "success" | "warning" | "danger" | "subtle";

export interface StateWords {
  readonly icon: FluentIcon;
  readonly tone: Tone;
  readonly word: string;
  /** One sentence: what it means and what comes next. */
  readonly meaning: string;
}

type Shown = Pick<LogRequest, "state" | "reach" | "rejectReason" | "fileCounts">;

/** A request's state as an agent reads it. A push that the hub took is never called delivered, and never seen. */
export function stateWords(request: Shown, t: Translate): StateWords {
  const { icon, tone, key, values } = choose(request);
  return {
    icon,
    tone,
    word: t(`state.${key}` as MessageKey, values),
    meaning: t(`state.${key}.meaning` as MessageKey, values),
  };
}

interface Choice {
  readonly icon: FluentIcon;
  readonly tone: Tone;
  readonly key: string;
  readonly values?: Readonly<Record<string, number>>;
}

function choose({ state, reach, rejectReason, fileCounts }: Shown): Choice {
  switch (state) {
    case "requested":
      if (reach === "no_installation") return { icon: WarningRegular, tone: "warning", key: "noInstallation" };
      if (reach === "refused") return { icon: WarningRegular, tone: "warning", key: "pushRefused" };
      return { icon: SendRegular, tone: "informative", key: "requested" };
    case "notified":
      return { icon: ClockRegular, tone: "informative", key: "notified" };
    case "seen":
      return { icon: EyeRegular, tone: "brand", key: "seen" };
    case "consented":
      return {
        icon: ArrowUploadRegular,
        tone: "brand",
        key: "consented",
        values: { uploaded: fileCounts.uploaded, count: fileCounts.consented },
      };
    case "uploaded":
      return { icon: DocumentSearchRegular, tone: "brand", key: "uploaded" };
    case "linked": {
      const count = fileCounts.missing + fileCounts.refused;
      return count > 0
        ? { icon: WarningRegular, tone: "warning", key: "linkedPartly", values: { count } }
        : { icon: CheckmarkCircleFilled, tone: "success", key: "linked", values: { count: fileCounts.linked } };
    }
    case "rejected":
      return { icon: DocumentErrorRegular, tone: "danger", key: `rejected.${rejectReason ?? "none_held"}` };
    case "declined":
      return { icon: HandRightOffRegular, tone: "subtle", key: "declined" };
    case "expired":
      return { icon: CalendarCancelRegular, tone: "warning", key: "expired" };
    case "cancelled":
      return { icon: ProhibitedRegular, tone: "subtle", key: "cancelled" };
    case "withdrawn":
      return { icon: ArrowUndoRegular, tone: "subtle", key: "withdrawn" };
  }
}
