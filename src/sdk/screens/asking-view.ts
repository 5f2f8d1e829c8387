import { once } from "./consent-texts.ts";
import type { ConsentFile, ConsentReview } from "./consent-types.ts";
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
  const canWait = hasFiles && review.canWaitForUnmetered;
  const text = showText(context, review.request.consentText, review.valuesFor(review.files));
  const list = once(() => createFileList(context, review, () => changed(), { isGradual: true }));
  const sum = h("span", { class: "sum" });
  const wifi = once(() => {
    const box = h("input", {
      type: "checkbox",
      role: "switch",
      "data-act": "wifi",
      id: "wifi",
      "aria-describedby": "wifi-hint",
    });
    box.checked = true;
    return box;
  });
  const buttons = once(() => answerButtons());
  let isAnswered = false;
  const place = text.paragraphs.findIndex(({ isOfFiles }) => isOfFiles);
  return { body: body(), bar, heading: text.heading };

  function* body(): Generator<HTMLElement | undefined> {
    yield h("slot", { name: "icon" });
    yield text.heading;
    for (const [index, { element }] of text.paragraphs.entries()) {
      yield element;
      if (index === place) yield* checklist();
    }
    if (place < 0) yield* checklist();
  }

  function* checklist(): Generator<HTMLElement | undefined> {
    if (isPreview) return yield previewCard(context);
    yield files();
    for (const addRows of list().further) {
      addRows();
      yield undefined;
    }
    if (canWait) yield how();
  }

  function files(): HTMLElement {
    const { element, chosen } = list();
    element.querySelector("h3")?.after(sum);
    sum.textContent = sumOf(chosen());
    return element;
  }

  function how(): HTMLElement {
    return h(
      "div",
      { class: "card how" },
      h("span", { class: "badge" }, icon("wifi")),
      h("label", { for: "wifi" }, t("wifiOnly"), h("span", { class: "quiet", id: "wifi-hint" }, t("wifiOnlyHint"))),
      wifi(),
    );
  }

  function answerButtons() {
    const share = h(
      "button",
      {
        type: "button",
        class: "answer",
        "data-act": "share",
        "aria-describedby": "why-not",
        "aria-disabled": "false",
        onclick: answerShare,
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
    const later = h(
      "button",
      { type: "button", class: "quiet-button", "data-act": "later", onclick: putOff },
      t("later"),
    );
    return { share, decline, later, reason: h("p", { class: "why-not", id: "why-not" }) };
  }

  function bar(): HTMLElement {
    const { share, decline, later, reason } = buttons();
    return h(
      "div",
      { class: "bar", inert: isPreview },
      reason,
      h("div", { class: "answers" }, share, decline),
      h("p", { class: "quiet no-cost" }, t("noCost")),
      isPreview || times().length > 0 ? later : undefined,
    );
  }

  function times(): ReturnType<typeof laterChoices> {
    return laterChoices(new Date(), new Date(review.request.answerBy), t);
  }

  function putOff(): void {
    chooseLater(context, times(), review.request.answerBy);
  }

  function sumOf(chosen: readonly ConsentFile[]): string {
    return t("chosen", { count: chosen.length, size: size(total(chosen)) });
  }

  function changed(): void {
    const chosen = list().chosen();
    const isEmpty = hasFiles && chosen.length === 0;
    const { share, reason } = buttons();
    sum.textContent = sumOf(chosen);
    share.setAttribute("aria-disabled", String(isEmpty));
    reason.textContent = isEmpty ? t("noneTicked") : "";
    text.fill(review.valuesFor(chosen));
    context.announce(isEmpty ? t("noneTicked") : sum.textContent);
  }

  function answerShare(): void {
    if (buttons().share.getAttribute("aria-disabled") === "true") return context.announce(t("noneTicked"));
    const network = canWait && wifi().checked ? "unmetered" : "any";
    answer(() => emit("beckon-share", { files: list().chosen(), network }));
  }

  /** Once: a second tap on a slow phone is no second answer. */
  function answer(then: () => void): void {
    if (isAnswered) return;
    isAnswered = true;
    const { share, decline, later } = buttons();
    for (const button of [share, decline, later]) button.setAttribute("aria-disabled", "true");
    then();
  }
}

/** Where the files will stand: only the device knows them. */
function previewCard({ t }: ScreenContext): HTMLElement {
  return h("div", { class: "card files", "data-preview-files": true }, h("p", { class: "note" }, t("previewFiles")));
}
