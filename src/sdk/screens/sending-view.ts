import type { ConsentPhase } from "./consent-types.ts";
import { confirmTakeBack } from "./receipt-view.ts";
import { h, icon } from "./dom.ts";
import type { ScreenContext, View } from "./screen-context.ts";

type Sending = Extract<ConsentPhase, { kind: "sending" }>;

/** How far it is, a file and the whole, and what it waits for. */
export function sendingView(context: ScreenContext, first: Sending): View {
  const { t, size, emit } = context;
  const { waitingFor } = first;
  const title = { network: t("waitingForNetwork"), unmetered: t("waitingForWifi"), user: t("paused") };
  const hint = { network: t("storedHint"), unmetered: t("waitingForWifiHint"), user: t("pausedHint") };
  const heading = h("h2", { tabindex: "-1", id: "sending-title" }, waitingFor ? title[waitingFor] : t("sending"));
  const whole = h("progress", { "aria-labelledby": "sending-title", class: "whole" });
  const sum = h("p", { class: "sum" });
  const bars = first.files.map(({ name }) => h("progress", { "aria-label": name }));
  const sums = first.files.map(() => h("span", { class: "quiet" }));
  const list = h(
    "ul",
    { class: "card sent" },
    ...first.files.map(({ name }, index) =>
      h("li", { "data-file": name }, h("span", { class: "row" }, h("bdi", {}, name), sums[index]), bars[index]),
    ),
  );
  const button = (act: string, words: string, onclick: () => void) =>
    h("button", { type: "button", class: "answer", "data-act": act, onclick }, words);
  const actions = {
    unmetered: button("send-now", t("sendNow"), () => emit("beckon-network", { network: "any" })),
    network: button("retry", t("tryNow"), () => emit("beckon-retry", undefined)),
    user: button("resume", t("resume"), () => emit("beckon-resume", undefined)),
  };
  const back = h(
    "button",
    { type: "button", class: "quiet-button", "data-act": "take-back", onclick: () => confirmTakeBack(context) },
    t("takeBack"),
  );
  const action = waitingFor && actions[waitingFor];
  let said = -1;
  update(first);
  context.announce(waitingFor ? hint[waitingFor] : t("sending"));
  return {
    heading,
    body: [
      h(
        "div",
        { class: "ending" },
        h(
          "div",
          { class: `emblem ${waitingFor ? "clock" : "sending"}` },
          icon(waitingFor === "unmetered" ? "wifi" : waitingFor ? "clock" : "sending"),
        ),
        heading,
        h("p", {}, waitingFor ? hint[waitingFor] : t("canLeave")),
      ),
      ...(first.files.length > 0 ? [whole, sum, list] : []),
    ],
    bar: h("div", { class: "bar" }, ...(action ? [h("div", { class: "answers" }, action)] : []), back),
    update: (phase) => phase.kind === "sending" && isSameList(phase) && update(phase),
  };

  function isSameList(phase: Sending): boolean {
    return (
      phase.waitingFor === waitingFor &&
      phase.files.map(({ name }) => name).join() === first.files.map(({ name }) => name).join()
    );
  }

  function update({ sentBytes, totalBytes, files }: Sending): true {
    show(whole, sentBytes, totalBytes);
    sum.textContent = t("sent", { sent: size(sentBytes), size: size(totalBytes) });
    for (const [index, file] of files.entries()) {
      const [bar, words] = [bars[index], sums[index]];
      if (bar) show(bar, file.sentBytes, file.sizeBytes);
      if (words)
        words.textContent = file.sentBytes >= file.sizeBytes ? `${size(file.sizeBytes)} ✓` : size(file.sizeBytes);
    }
    // A quarter at a time: who listens is not talked over.
    const quarter = totalBytes > 0 ? Math.floor((4 * sentBytes) / totalBytes) : 0;
    if (said >= 0 && quarter > said) context.announce(sum.textContent);
    said = Math.max(said, quarter);
    return true;
  }
}

/** An empty file is done at once. */
function show(bar: HTMLProgressElement, sentBytes: number, sizeBytes: number): void {
  bar.max = Math.max(1, sizeBytes);
  bar.value = sizeBytes === 0 ? 1 : sentBytes;
}
