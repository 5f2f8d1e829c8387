import type { ConsentPhase, DownloadBefore } from "./consent-types.ts";
import { h, icon, type IconName } from "./dom.ts";
import type { ScreenContext, View } from "./screen-context.ts";

type Phase<Kind extends ConsentPhase["kind"]> = Extract<ConsentPhase, { kind: Kind }>;

export function loadingView({ t, announce }: ScreenContext): View {
  announce(t("loading"));
  const heading = h("h2", { tabindex: "-1", class: "calm" }, t("loading"));
  return { heading, body: [h("div", { class: "ending" }, h("div", { class: "spinner" }), heading)] };
}

export function declinedView(context: ScreenContext, { isElsewhere, isStored }: Phase<"declined">): View {
  const { t } = context;
  const more = isStored ? t("declinedStored") : isElsewhere ? t("declinedElsewhere") : t("declinedHint");
  return ending(context, "check", t("declined"), [h("p", {}, more)]);
}

export function laterView(context: ScreenContext, { until }: Phase<"later">): View {
  const { t } = context;
  return ending(context, "clock", t("laterDone"), [h("p", {}, t("laterDoneHint", { at: context.moment(until) }))]);
}

export function overView(context: ScreenContext, { state }: Phase<"over">): View {
  const { t } = context;
  if (state === "not_found") return ending(context, "none", t("notFound"), [h("p", {}, t("notFoundHint"))]);
  const why = state === "expired" ? t("overExpired") : state === "cancelled" ? t("overCancelled") : t("overElsewhere");
  const nothing = !["consented", "uploaded", "linked", "rejected", "withdrawn"].includes(state ?? "");
  return ending(context, "closed", t("over"), [
    ...(nothing ? [h("p", {}, t("nothingShared"))] : []),
    h("p", { class: "quiet" }, why),
  ]);
}

export function troubleView(context: ScreenContext, { message, canRetry }: Phase<"trouble">): View {
  const { t, emit } = context;
  const retry = h(
    "button",
    { type: "button", class: "answer", "data-act": "retry", onclick: () => emit("beckon-retry", undefined) },
    t("retry"),
  );
  return ending(context, "trouble", t("trouble"), [h("p", {}, message)], canRetry ? retry : undefined, t("close"));
}

export function takenBackView(context: ScreenContext, phase: Phase<"takenBack">): View {
  const { t } = context;
  return ending(context, "takenBack", t("takenBack"), [
    h("p", {}, t("takenBackHint")),
    ...(phase.downloadedBefore ? [downloads(context, phase.downloadedBefore, phase.files ?? [])] : []),
  ]);
}

/** Names to the user who had a file before they took it back. */
export function downloads(
  { t, moment }: ScreenContext,
  before: readonly DownloadBefore[],
  files: readonly { readonly id: string; readonly name: string }[],
): HTMLElement {
  if (before.length === 0) return h("p", { class: "quiet", "data-downloads": "0" }, t("nobodyDownloaded"));
  const nameOf = (fileId: string) => files.find(({ id }) => id === fileId)?.name ?? t("downloadedAny");
  return h(
    "section",
    { class: "card", "aria-labelledby": "downloads-title", "data-downloads": String(before.length) },
    h("h3", { id: "downloads-title" }, t("downloadedTitle")),
    h(
      "ul",
      { class: "plain" },
      ...before.map(({ fileId, agentId, at }) =>
        h("li", {}, t("downloadedBy", { name: nameOf(fileId), agent: agentId, at: moment(at) })),
      ),
    ),
  );
}

/** A few words on how it ended, and the way out. */
export function ending(
  context: ScreenContext,
  drawing: IconName,
  title: string,
  words: readonly HTMLElement[],
  action?: HTMLElement,
  done?: string,
): View<never> {
  const heading = h("h2", { tabindex: "-1" }, title);
  return {
    heading,
    body: [h("div", { class: "ending" }, h("div", { class: `emblem ${drawing}` }, icon(drawing)), heading, ...words)],
    bar: h(
      "div",
      { class: "bar" },
      h("div", { class: "stacked" }, action, doneButton(context, action !== undefined, done)),
    ),
  };
}

/** @param isSecond where something else is the likelier step */
export function doneButton({ t, emit }: ScreenContext, isSecond = false, words = t("done")): HTMLElement {
  return h(
    "button",
    {
      type: "button",
      class: isSecond ? "answer second" : "answer",
      "data-act": "close",
      onclick: () => emit("beckon-close", undefined),
    },
    words,
  );
}
