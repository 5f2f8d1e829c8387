import type { ConsentReview } from "./consent-types.ts";
import { chooseLater } from "./dialogs.ts";
import { h, icon } from "./dom.ts";
import { createFileList, total } from "./file-list.ts";
import { laterChoices } from "./later-choices.ts";
import type { ScreenContext, View } from "./screen-context.ts";
import { showText } from "./show-text.ts";

/** The question: the registered text with the checklist where it speaks of the files, and two equal answers. */
export function askingView(context: ScreenContext, review: ConsentReview): View {
  const { t, size, emit, isPreview } = context;
  const hasFiles = review.files.length > 0;
  const text = showText(context, review.request.consentText, review.valuesFor(review.files));
  const files = isPreview ? undefined : createFileList(context, review, () => changed());
  const sum = h("span", { class: "sum" });
  const wifi = h("input", {
    type: "checkbox",
    role: "switch",
    "data-act": "wifi",
    id: "wifi",
    "aria-describedby": "wifi-hint",
  });
  wifi.checked = true;
  const how = h(
    "div",
    { class: "card how" },
    h("span", { class: "badge" }, icon("wifi")),
    h("label", { for: "wifi" }, t("wifiOnly"), h("span", { class: "quiet", id: "wifi-hint" }, t("wifiOnlyHint"))),
    wifi,
  );
  const reason = h("p", { class: "why-not", id: "why-not" });
  const share = h(
    "button",
    {
      type: "button",
      class: "answer",
      "data-act": "share",
      "aria-describedby": "why-not",
      onclick: () => answerShare(),
    },
    hasFiles || isPreview ? t("share") : t("shareNothing"),
  );
  const decline = h(
    "button",
    {
      type: "button",
      class: "answer",
      "data-act": "decline",
      onclick: () => answer(() => emit("beckon-decline", undefined)),
    },
    t("decline"),
  );
  const choices = laterChoices(new Date(), new Date(review.request.answerBy), t);
  const later = h(
    "button",
    {
      type: "button",
      class: "quiet-button",
      "data-act": "later",
      onclick: () =>
        chooseLater(context, laterChoices(new Date(), new Date(review.request.answerBy), t), review.request.answerBy),
    },
    t("later"),
  );
  const bar = h(
    "div",
    { class: "bar", inert: isPreview },
    reason,
    h("div", { class: "answers" }, share, decline),
    h("p", { class: "quiet no-cost" }, t("noCost")),
    choices.length > 0 || isPreview ? later : undefined,
  );
  let isAnswered = false;
  const checklist = files
    ? [files.element, ...(hasFiles && review.canWaitForUnmetered ? [how] : [])]
    : [previewCard(context)];
  const place = text.paragraphs.findIndex(({ isOfFiles }) => isOfFiles);
  const body: HTMLElement[] = [h("slot", { name: "icon" }), text.heading];
  text.paragraphs.forEach(({ element }, index) => body.push(element, ...(index === place ? checklist : [])));
  if (place < 0) body.push(...checklist);
  files?.element.querySelector("h3")?.after(sum);
  changed(false);
  return { body, bar, heading: text.heading };

  function changed(isByUser = true): void {
    const chosen = files?.chosen() ?? [];
    const isEmpty = hasFiles && chosen.length === 0;
    sum.textContent = t("chosen", { count: chosen.length, size: size(total(chosen)) });
    share.setAttribute("aria-disabled", String(isEmpty));
    reason.textContent = isEmpty ? t("noneTicked") : "";
    if (!isByUser) return;
    text.fill(review.valuesFor(chosen));
    context.announce(isEmpty ? t("noneTicked") : sum.textContent);
  }

  function answerShare(): void {
    if (share.getAttribute("aria-disabled") === "true") return context.announce(t("noneTicked"));
    const network = wifi.checked && hasFiles && review.canWaitForUnmetered ? "unmetered" : "any";
    answer(() => emit("beckon-share", { files: files?.chosen() ?? [], network }));
  }

  /** Once: a second tap on a slow phone is no second answer. */
  function answer(then: () => void): void {
    if (isAnswered) return;
    isAnswered = true;
    for (const button of [share, decline, later]) button.setAttribute("aria-disabled", "true");
    then();
  }
}

/** Where the files will stand: only the device knows them. */
function previewCard({ t }: ScreenContext): HTMLElement {
  return h("div", { class: "card files", "data-preview-files": true }, h("p", { class: "note" }, t("previewFiles")));
}
