import { h, icon } from "./dom.ts";
import { doneButton, downloads, ending } from "./ending-views.ts";
import { confirmTakeBack, isThere, receiptRow } from "./receipt-view.ts";
import type { ReportContext } from "./report-context.ts";
import type { ReportPhase } from "./report-types.ts";
import type { View } from "./screen-context.ts";
import { showText } from "./show-text.ts";

type Sent = Extract<ReportPhase, { kind: "sent" }>;

/** The receipt of a report: where it went, what was said and sent, and the way back. */
export function sentView(context: ReportContext, { receipt, downloadedBefore, isRatingLost }: Sent): View<ReportPhase> {
  const { t } = context;
  const { reported, files, consentText, ticketNumber } = receipt;
  const heading = h("h2", { tabindex: "-1" }, t("reportSent"));
  const text = consentText && files.length > 0 ? showText(context, consentText, receipt.shown, false) : undefined;
  const back = h(
    "button",
    { type: "button", class: "answer second", "data-act": "take-back", onclick: () => confirmTakeBack(context) },
    t("takeBack"),
  );
  const canTakeBack = files.some(isThere) && receipt.withdrawnAt === undefined;
  return {
    heading,
    body: [
      h(
        "div",
        { class: "ending" },
        h("div", { class: "emblem check" }, icon("check")),
        heading,
        h("p", {}, t("sentHint", { number: String(ticketNumber) })),
      ),
      ...(isRatingLost ? [h("p", { class: "note", "data-rating-lost": true }, t("ratingLost"))] : []),
      h(
        "dl",
        { class: "stamp" },
        h("div", {}, h("dt", {}, t("sharedAt")), h("dd", {}, context.moment(reported.at))),
        h("div", {}, h("dt", {}, t("ticket")), h("dd", {}, String(ticketNumber))),
      ),
      ...(reported.text === ""
        ? []
        : [
            h(
              "div",
              {},
              h("p", { class: "label" }, t("youWrote")),
              h("q", { dir: "auto", class: "said" }, reported.text),
            ),
          ]),
      ...(files.length > 0 ? [h("ul", { class: "card sent" }, ...files.map((file) => receiptRow(context, file)))] : []),
      ...(downloadedBefore ? [downloads(context, downloadedBefore, files)] : []),
      ...(text
        ? [
            h(
              "details",
              { class: "card" },
              h("summary", {}, t("asShown")),
              text.heading,
              ...text.paragraphs.map(({ element }) => element),
            ),
          ]
        : []),
    ],
    bar: h(
      "div",
      { class: "bar" },
      h("div", { class: "stacked" }, doneButton(context), canTakeBack ? back : undefined),
    ),
  };
}

export function forgottenView(context: ReportContext): View<ReportPhase> {
  return ending(context, "takenBack", context.t("forgotten"), [h("p", {}, context.t("forgottenHint"))]);
}

export function thanksView(context: ReportContext): View<ReportPhase> {
  return ending(context, "check", context.t("thanks"), [h("p", {}, context.t("thanksHint"))]);
}
