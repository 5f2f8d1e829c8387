import { h } from "./dom.ts";
import type { ReportContext } from "./report-context.ts";
import { createFilesPart, createWords } from "./report-part.ts";
import type { RecentCall, ReportPhase } from "./report-types.ts";
import type { View } from "./screen-context.ts";

type Writing = Extract<ReportPhase, { kind: "writing" }>;

/** As many calls as anybody still tells apart. */
const CALLS = 6;

/** What the user starts from. */
export interface WritingStart {
  readonly calls: readonly RecentCall[];
  readonly callId: string | undefined;
  readonly text: string;
}

/** The report form: words, the call, the files, and what is agreed to. */
export function writingView(context: ReportContext, first: Writing, start: WritingStart): View<ReportPhase> {
  const { t, emit, announce } = context;
  const heading = h("h2", { tabindex: "-1" }, t("reportTitle"));
  const words = createWords(context, "whatHappened", "whatHappenedHint", () => changed());
  words.field.value = start.text;
  let callId = start.callId;
  let { review } = first;
  let files = createFilesPart(context, review);
  const place = h("div", {}, files.element);
  const why = h("p", { class: "why-not", id: "why-not" });
  const send = h(
    "button",
    { type: "button", class: "answer", "data-act": "send", "aria-describedby": "why-not", onclick: () => answer() },
    t("send"),
  );
  const cancel = h(
    "button",
    { type: "button", class: "answer second", "data-act": "close", onclick: () => emit("beckon-close", undefined) },
    t("cancel"),
  );
  let isAnswered = false;
  changed();
  return {
    heading,
    body: [
      h("slot", { name: "icon" }),
      heading,
      words.element,
      ...(start.calls.length > 0 ? [callList(context, start.calls.slice(0, CALLS), callId, choose)] : []),
      place,
    ],
    bar: h("div", { class: "bar" }, why, h("div", { class: "stacked" }, send, cancel)),
    update(phase) {
      if (phase.kind !== "writing") return false;
      if (phase.review === review) return true;
      ({ review } = phase);
      files = createFilesPart(context, review);
      place.replaceChildren(files.element);
      return true;
    },
  };

  function choose(id: string | undefined): void {
    callId = id;
    emit("beckon-call", { callId });
  }

  function changed(): void {
    const isEmpty = words.field.value.trim() === "";
    send.setAttribute("aria-disabled", String(isEmpty));
    why.textContent = isEmpty ? t("wordsNeeded") : "";
  }

  /** Once: a second tap on a slow phone is no second report. */
  function answer(): void {
    if (isAnswered) return;
    if (send.getAttribute("aria-disabled") === "true") {
      announce(t("wordsNeeded"));
      words.field.focus();
      return;
    }
    isAnswered = true;
    send.setAttribute("aria-disabled", "true");
    emit("beckon-report", { text: words.field.value.trim(), callId, files: files.chosen(), network: files.network() });
  }
}

function callList(
  context: ReportContext,
  calls: readonly RecentCall[],
  chosen: string | undefined,
  choose: (id: string | undefined) => void,
): HTMLElement {
  const { t } = context;
  const one = (id: string | undefined, label: string, at: Date | undefined): HTMLElement => {
    const input = h("input", { type: "radio", name: "call", onchange: () => choose(id) });
    input.checked = id === chosen;
    return h(
      "li",
      { "data-call": id ?? "" },
      h(
        "label",
        { class: "tick" },
        input,
        h("span", { class: "file" }, h("bdi", {}, label), at && h("span", { class: "quiet" }, context.moment(at))),
      ),
    );
  };
  return h(
    "section",
    { class: "card files", role: "radiogroup", "aria-labelledby": "calls-title" },
    h("h3", { id: "calls-title" }, t("whichCall")),
    h(
      "ul",
      {},
      ...calls.map(({ id, label, startedAt }) => one(id, label, startedAt)),
      one(undefined, t("noCall"), undefined),
    ),
  );
}
