import { h } from "#phone/page/dom.ts";
import { PACES, type Pace, type PlayState } from "./player.ts";
import type { StageWords } from "./stage-words.ts";
import { createStepList, type StepList } from "./step-list.ts";

export type Side = "console" | "phone";

export interface StageView {
  readonly element: HTMLElement;
  readonly frames: Readonly<Record<Side, HTMLIFrameElement>>;
  readonly steps: StepList;
  /** Where the eye should be; decides which page is seen where there is room for one. */
  show(side: Side): void;
  tell(text: string): void;
  showState(state: PlayState): void;
}

/** The bar above, the two pages, and the steps below. */
export function createStageView({
  words,
  person,
  pages,
  pace,
  onPlay,
  onPause,
  onRestart,
  onPace,
}: {
  words: StageWords;
  person: string;
  /** Addresses of the two pages. */
  pages: Readonly<Record<Side, string>>;
  pace: Pace;
  onPlay: () => void;
  onPause: () => void;
  onRestart: () => void;
  onPace: (pace: Pace) => void;
}): StageView {
  const { say } = words;
  const play = h("button", { type: "button", class: "main-button", "data-act": "play", onclick: () => press() });
  const restart = h(
    "button",
    { type: "button", "data-act": "restart", onclick: onRestart, hidden: true },
    say("play.restart"),
  );
  let press: () => void = onPlay;
  const paces = h(
    "select",
    { "data-act": "pace", onchange: () => onPace(paces.value as Pace) },
    ...(Object.keys(PACES) as Pace[]).map((name) => h("option", { value: name }, say(`play.pace.${name}`))),
  );
  paces.value = pace;
  const status = h("p", { class: "status", role: "status", "data-play-status": "" }, say("play.idle"));

  const frames = {
    console: frame("console", say("stage.console")),
    phone: frame("phone", say("stage.phone", { person })),
  };
  const tabs = { console: tab("console", say("stage.console")), phone: tab("phone", say("stage.phone", { person })) };
  const steps = createStepList(words, person);
  const element = h(
    "div",
    { class: "stage", "data-side": "console" },
    h(
      "header",
      { class: "bar" },
      h("div", { class: "name" }, h("h1", {}, say("stage.title")), h("p", {}, say("stage.what"))),
      h(
        "div",
        { class: "controls" },
        play,
        restart,
        h("label", { class: "pace" }, h("span", {}, say("play.pace")), paces),
      ),
    ),
    status,
    h("div", { class: "tabs", role: "group", "aria-label": say("stage.choose") }, tabs.console, tabs.phone),
    h("main", { class: "pages" }, card("console", say("stage.console")), card("phone", say("stage.phone", { person }))),
    steps.element,
  );

  function frame(side: Side, title: string): HTMLIFrameElement {
    return h("iframe", { src: pages[side], title, name: side, "data-frame": side });
  }
  function card(side: Side, title: string): HTMLElement {
    const link = h(
      "a",
      { href: pages[side], target: "_blank", rel: "noopener", "aria-label": `${title}: ${say("stage.open")}` },
      "↗",
    );
    return h(
      "section",
      { class: `page ${side}`, "aria-label": title },
      h("div", { class: "page-head" }, h("h2", {}, title), link),
      frames[side],
    );
  }
  function tab(side: Side, title: string): HTMLButtonElement {
    return h("button", { type: "button", "data-tab": side, "aria-pressed": "false", onclick: () => show(side) }, title);
  }
  function show(side: Side): void {
    element.dataset["side"] = side;
    for (const each of ["console", "phone"] as const) tabs[each].setAttribute("aria-pressed", String(each === side));
  }
  function showState(state: PlayState): void {
    element.dataset["play"] = state.kind;
    const [key, action] = {
      idle: ["play.start", onPlay],
      playing: ["play.pause", onPause],
      paused: ["play.continue", onPlay],
      over: ["play.restart", onRestart],
      trouble: ["play.restart", onRestart],
    }[state.kind] as [Parameters<typeof say>[0], () => void];
    play.textContent = say(key);
    press = action;
    restart.hidden = state.kind !== "playing" && state.kind !== "paused";
    if (state.kind === "paused") tell(say(state.why === "yours" ? "play.yours" : "play.paused"));
    if (state.kind === "over") tell(say("play.over"));
    if (state.kind === "trouble") tell(say("play.trouble", { message: state.message }));
  }
  function tell(text: string): void {
    if (status.textContent !== text) status.textContent = text;
  }
  show("console");
  showState({ kind: "idle" });
  return { element, frames, steps, show, tell, showState };
}
