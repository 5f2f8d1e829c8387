import type { RecentCall } from "#phone/app/app-logs.ts";
import type { Card } from "#phone/app/sample-app.ts";
import type { PhoneWords } from "#phone/phone-texts.ts";
import { appIcon } from "./app-icon.ts";
import { h, icon, keyedList } from "./dom.ts";

export interface HomeScreen {
  readonly element: HTMLElement;
  /** Without a running app, the home is the launcher. */
  showApp(isRunning: boolean): void;
  showCards(cards: readonly Card[]): void;
  showCalls(calls: readonly RecentCall[]): void;
  showCalling(isCalling: boolean): void;
}

/** The sample app's home: what support asks, a call to make, calls that were, and the way to what was shared. */
export function createHomeScreen({
  words,
  person,
  onCard,
  onCall,
  onReceipts,
  onRestart,
}: {
  words: PhoneWords;
  person: string;
  onCard: (requestId: string) => void;
  onCall: () => void;
  onReceipts: () => void;
  onRestart: () => void;
}): HomeScreen {
  const { say, time } = words;
  const cards = h("ul", { class: "cards" });
  const calls = h("ul", { class: "calls" });
  const callText = h("span", {}, say("home.call"));
  const call = h(
    "button",
    { type: "button", class: "call", "data-act": "call", onclick: onCall },
    h("span", { class: "call-disc" }, icon("call")),
    callText,
  );
  const callOutcome = h("p", { class: "call-outcome" });

  const running = h(
    "div",
    { class: "app" },
    h(
      "header",
      { class: "app-head" },
      appIcon(),
      h("div", {}, h("h2", { tabindex: -1 }, say("home.title", { person })), h("p", {}, say("app.tagline"))),
    ),
    cards,
    h("div", { class: "call-place" }, call, callOutcome),
    h("h3", {}, say("home.recent")),
    calls,
    h("h3", {}, say("home.privacy")),
    h(
      "button",
      { type: "button", class: "row", "data-act": "receipts", onclick: onReceipts },
      icon("shield"),
      h("span", {}, h("strong", {}, say("home.receipts")), h("span", {}, say("home.receipts.what"))),
      icon("chevron"),
    ),
    h(
      "button",
      { type: "button", class: "quiet", "data-act": "reload-app", onclick: onRestart },
      icon("restart"),
      say("home.reload"),
    ),
  );
  const launcher = h(
    "div",
    { class: "launcher" },
    h("h2", { tabindex: -1 }, say("home.dead")),
    h("p", {}, say("home.dead.what")),
    h(
      "button",
      { type: "button", class: "launch", "data-act": "reload-app", onclick: onRestart },
      appIcon(),
      h("span", {}, say("home.open")),
    ),
  );
  const element = h("section", { class: "screen home" }, running);

  return {
    element,
    showApp: (isRunning) => element.replaceChildren(isRunning ? running : launcher),
    showCards: keyedList<Card>(
      cards,
      ({ requestId, kind }) => `${kind} ${requestId}`,
      (card) => (card.kind === "asked" ? askedCard(card) : sendingCard(card)),
    ),
    showCalls: keyedList<RecentCall>(
      calls,
      ({ at }) => at.toISOString(),
      ({ at, isDropped }) => ({
        element: h(
          "li",
          { class: isDropped ? "is-dropped" : "" },
          icon(isDropped ? "dropped" : "call"),
          h("span", {}, say(isDropped ? "home.dropped" : "home.ended")),
          h("time", { datetime: at.toISOString() }, time(at)),
        ),
      }),
    ),
    showCalling(isCalling) {
      call.setAttribute("aria-disabled", String(isCalling));
      call.classList.toggle("is-calling", isCalling);
      callText.textContent = say(isCalling ? "home.calling" : "home.call");
      callOutcome.textContent = isCalling ? "" : say("home.callFailed");
    },
  };

  function askedCard({ requestId, ticketNumber }: Card) {
    return {
      element: h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "card", "data-card": requestId, onclick: () => onCard(requestId) },
          icon("file"),
          h(
            "span",
            {},
            h("strong", {}, say("card.asked")),
            h("span", {}, say("card.asked.what", { ticket: String(ticketNumber ?? "") })),
          ),
          icon("chevron"),
        ),
      ),
    };
  }

  function sendingCard({ requestId }: Card) {
    const bar = h("progress", { "aria-label": say("card.sending") });
    const text = h("span", { class: "card-progress" });
    const element = h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "card", "data-card": requestId, onclick: () => onCard(requestId) },
        icon("file"),
        h("span", {}, h("strong", {}, say("card.sending")), text, bar),
        icon("chevron"),
      ),
    );
    return {
      element,
      update(card: Card) {
        if (card.kind !== "sending") return;
        const { sentBytes, totalBytes, waitingFor } = card;
        if (totalBytes > 0) {
          bar.max = totalBytes;
          bar.value = sentBytes;
        }
        element.firstElementChild?.setAttribute("data-sent-bytes", String(sentBytes));
        text.textContent = waitingFor
          ? say(`card.waiting.${waitingFor}`)
          : say("card.sending.what", { sent: words.size(sentBytes), total: words.size(totalBytes) });
      },
    };
  }
}
