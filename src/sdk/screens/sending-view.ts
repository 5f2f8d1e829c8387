import type { ConsentPhase, SendingWait } from "./consent-types.ts";
import { confirmTakeBack } from "./receipt-view.ts";
import { h, icon } from "./dom.ts";
import type { ScreenContext, View } from "./screen-context.ts";

type Sending = Extract<ConsentPhase, { kind: "sending" }>;

/** How far it is, a file and the whole, what it waits for, and what the user can do about that. */
export function sendingView(context: ScreenContext, first: Sending): View {
  const { t, size } = context;
  const heading = h("h2", { tabindex: "-1", id: "sending-title" });
  const emblem = h("div");
  const hint = h("p");
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
  const action = createAction(context, heading);
  const back = h(
    "button",
    { type: "button", class: "quiet-button", "data-act": "take-back", onclick: () => confirmTakeBack(context) },
    t("takeBack"),
  );
  let said = -1;
  let shown: SendingWait | "sending" | undefined;
  update(first);
  return {
    heading,
    body: [h("div", { class: "ending" }, emblem, heading, hint), ...(first.files.length > 0 ? [whole, sum, list] : [])],
    bar: h("div", { class: "bar" }, action.element, back),
    // In place: whoever presses "Pause" has the focus on "Go on" then.
    update: (phase) => phase.kind === "sending" && isSameList(phase) && update(phase),
  };

  function isSameList(phase: Sending): boolean {
    return phase.files.map(({ name }) => name).join() === first.files.map(({ name }) => name).join();
  }

  function update(phase: Sending): true {
    const { sentBytes, totalBytes, files, waitingFor } = phase;
    if (shown !== (waitingFor ?? "sending")) showState(waitingFor);
    action.show(waitingFor ?? (sentBytes < totalBytes ? "sending" : undefined));
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

  function showState(waitingFor: SendingWait | undefined): void {
    shown = waitingFor ?? "sending";
    const [drawing, title, words] = {
      sending: ["sending", t("sending"), t("canLeave")] as const,
      network: ["clock", t("waitingForNetwork"), t("storedHint")] as const,
      unmetered: ["wifi", t("waitingForWifi"), t("waitingForWifiHint")] as const,
      user: ["pause", t("paused"), t("pausedHint")] as const,
    }[shown];
    emblem.className = `emblem ${waitingFor ? "clock" : "sending"}`;
    emblem.replaceChildren(icon(drawing));
    heading.textContent = title;
    hint.textContent = words;
    context.announce(waitingFor ? `${title}. ${words}` : title);
  }
}

/** One button for what can be done now: it keeps its place and the focus while what it does changes. */
function createAction({ t, emit }: ScreenContext, heading: HTMLElement) {
  const actions = {
    sending: { act: "pause", words: t("pause"), run: () => emit("beckon-pause", undefined) },
    unmetered: { act: "send-now", words: t("sendNow"), run: () => emit("beckon-network", { network: "any" }) },
    network: { act: "retry", words: t("tryNow"), run: () => emit("beckon-retry", undefined) },
    user: { act: "resume", words: t("resume"), run: () => emit("beckon-resume", undefined) },
  };
  let shown: keyof typeof actions | undefined;
  const button = h("button", { type: "button", onclick: () => shown && actions[shown].run() });
  const element = h("div", { class: "answers", hidden: true }, button);
  return {
    element,
    show(next: keyof typeof actions | undefined): void {
      if (next === shown) return;
      shown = next;
      // A button that goes away would take the focus with it.
      if (!next && button.matches(":focus")) heading.focus();
      element.hidden = !next;
      if (!next) return;
      button.dataset["act"] = actions[next].act;
      button.className = next === "sending" ? "answer second" : "answer";
      button.textContent = actions[next].words;
    },
  };
}

/** An empty file is done at once. */
function show(bar: HTMLProgressElement, sentBytes: number, sizeBytes: number): void {
  bar.max = Math.max(1, sizeBytes);
  bar.value = sizeBytes === 0 ? 1 : sentBytes;
}
