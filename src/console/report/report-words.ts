import type { FluentIcon } from "@fluentui/react-icons";
import { ArrowUndoRegular } from "@fluentui/react-icons/svg/arrow-undo";
import { ArrowUploadRegular } from "@fluentui/react-icons/svg/arrow-upload";
import { CheckmarkCircleFilled } from "@fluentui/react-icons/svg/checkmark-circle";
import { DocumentErrorRegular } from "@fluentui/react-icons/svg/document-error";
import { DocumentSearchRegular } from "@fluentui/react-icons/svg/document-search";
import { WarningRegular } from "@fluentui/react-icons/svg/warning";
import type { Report } from "#console/api/shapes.ts";
import type { Translate } from "#console/i18n/use-t.ts";
import type { Tone } from "#console/parts/state-words.tsx";

export interface ReportWords {
  readonly icon: FluentIcon;
  readonly tone: Tone;
  readonly word: string;
}

type Shown = Pick<Report, "state" | "rejectReason" | "fileCounts">;

/** A report's state as an agent reads it: from the upload on in the words of a request's. */
export function reportWords({ state, rejectReason, fileCounts }: Shown, t: Translate): ReportWords {
  switch (state) {
    case "open": {
      const { uploaded, consented: count } = fileCounts;
      return { icon: ArrowUploadRegular, tone: "brand", word: t("report.open", { uploaded, count }) };
    }
    case "uploaded":
      return { icon: DocumentSearchRegular, tone: "brand", word: t("state.uploaded") };
    case "linked": {
      const { consented, missing, refused } = fileCounts;
      const count = missing + refused;
      if (count > 0) return { icon: WarningRegular, tone: "warning", word: t("state.linkedPartly", { count }) };
      const word = t(consented === 0 ? "report.words" : "state.linked");
      return { icon: CheckmarkCircleFilled, tone: "success", word };
    }
    case "rejected": {
      // A report without files is complete: `no_files` is a word of requests alone.
      const word = t(
        rejectReason === "upload_abandoned" ? "state.rejected.upload_abandoned" : "state.rejected.none_held",
      );
      return { icon: DocumentErrorRegular, tone: "danger", word };
    }
    case "withdrawn":
      return { icon: ArrowUndoRegular, tone: "subtle", word: t("state.withdrawn") };
  }
}
