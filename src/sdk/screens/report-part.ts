import type { ShareNetwork } from "./consent-types.ts";
import type { ConsentFile } from "./consent-types.ts";
import { h, icon } from "./dom.ts";
import { createFileList, total } from "./file-list.ts";
import type { ReportContext } from "./report-context.ts";
import type { ReportScreenReview } from "./report-types.ts";
import { showText } from "./show-text.ts";

/** The longest text that the server takes. */
const LONGEST = 10_000;

/** A field for the user's own words. What is typed is kept at every key. */
export function createWords(
  { t, emit }: ReportContext,
  label: "whatHappened" | "moreInfo",
  hint: "whatHappenedHint" | "moreInfoHint",
  onInput: () => void,
): { readonly element: HTMLElement; readonly field: HTMLTextAreaElement } {
  const field = h("textarea", {
    id: "words",
    rows: "4",
    maxlength: String(LONGEST),
    dir: "auto",
    "aria-describedby": "words-hint",
    oninput: () => {
      emit("beckon-draft", { text: field.value });
      onInput();
    },
  });
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: "words" }, t(label)),
    h("p", { class: "quiet", id: "words-hint" }, `${t(hint)} ${t("keptHint")}`),
    field,
  );
  return { element, field };
}

export interface FilesPart {
  readonly element: HTMLElement;
  chosen(): readonly ConsentFile[];
  network(): ShareNetwork;
}

/** The files with their boxes and looks, Wi-Fi only, and the registered text about them. */
export function createFilesPart(context: ReportContext, review: ReportScreenReview | "looking" | undefined): FilesPart {
  const { t, size, announce } = context;
  if (review === "looking") {
    const note = h("div", { class: "card" }, h("p", { class: "note", "data-looking": true }, t("loading")));
    return { element: note, chosen: () => [], network: () => "any" };
  }
  if (!review) {
    const note = h("div", { class: "card" }, h("p", { class: "note", "data-offline": true }, t("noFilesOffline")));
    return { element: note, chosen: () => [], network: () => "any" };
  }
  const valuesFor = (chosen: readonly ConsentFile[]) => review.valuesFor(chosen);
  const text = showText(context, review.request.consentText, review.valuesFor(review.files), false);
  const files = createFileList(context, review, () => changed());
  const sum = h("span", { class: "sum" });
  const wifi = h("input", {
    type: "checkbox",
    role: "switch",
    "data-act": "wifi",
    id: "wifi",
    "aria-describedby": "wifi-hint",
  });
  const canWait = review.canWaitForUnmetered && review.files.length > 0;
  wifi.checked = canWait;
  const how = h(
    "div",
    { class: "card how" },
    h("span", { class: "badge" }, icon("wifi")),
    h("label", { for: "wifi" }, t("wifiOnly"), h("span", { class: "quiet", id: "wifi-hint" }, t("wifiOnlyHint"))),
    wifi,
  );
  files.element.querySelector("h3")?.after(sum);
  changed(false);
  const element = h(
    "div",
    { class: "parts" },
    files.element,
    canWait ? how : undefined,
    h(
      "section",
      { class: "agreement", "aria-labelledby": "agreement-title" },
      h("h3", { id: "agreement-title" }, t("whatIsSent")),
      text.heading,
      ...text.paragraphs.map((paragraph) => paragraph.element),
    ),
  );
  return { element, chosen: files.chosen, network: () => (wifi.checked ? "unmetered" : "any") };

  function changed(isByUser = true): void {
    const chosen = files.chosen();
    sum.textContent = t("chosen", { count: chosen.length, size: size(total(chosen)) });
    if (!isByUser) return;
    text.fill(valuesFor(chosen));
    announce(sum.textContent);
  }
}
