import type { PhoneWords } from "#phone/phone-texts.ts";
import type { Switches } from "#phone/system/switches.ts";
import { h, icon } from "./dom.ts";
import { giveWay } from "./give-way.ts";

export const SCREENS = ["lock", "home", "consent", "receipts"] as const;
export type ScreenName = (typeof SCREENS)[number];

export interface PhoneFrame {
  readonly element: HTMLElement;
  current(): ScreenName;
  /** @param moveFocus whether a person went there, who is then taken along */
  show(screen: ScreenName, moveFocus: boolean): void;
  /** Where the app is in its life: for tests, and whoever plays with the phone. */
  showApp(life: "none" | "starting" | "registered" | "offline"): void;
}

/** The drawn phone: a status bar, and one screen at a time. */
export function createPhoneFrame({
  words,
  switches,
  screens,
  onLock,
}: {
  words: PhoneWords;
  switches: Switches;
  screens: Readonly<Record<ScreenName, HTMLElement>>;
  onLock: () => void;
}): PhoneFrame {
  const { say, time } = words;
  const clock = h("span", { class: "status-time" });
  const network = h("span", { class: "status-network" });
  const lock = h(
    "button",
    {
      type: "button",
      class: "lock-button",
      "data-act": "lock",
      "aria-label": say("status.screenLock"),
      onclick: onLock,
    },
    icon("lock"),
  );
  const glass = h(
    "div",
    { class: "glass" },
    h(
      "div",
      { class: "status" },
      clock,
      h("span", { class: "camera" }),
      h("span", { class: "status-end" }, network, icon("battery", say("status.battery")), lock),
    ),
    ...SCREENS.map((name) => screens[name]),
  );
  let screen: ScreenName = "lock";

  function tick(): void {
    const now = new Date();
    clock.textContent = time(now);
    setTimeout(tick, 60_000 - (now.getTime() % 60_000));
  }
  tick();

  function showNetwork(): void {
    const isMetered = switches.isOn("metered");
    const signal = switches.isOn("offline")
      ? icon("offline", say("status.offline"))
      : icon(isMetered ? "mobile" : "wifi", say(isMetered ? "status.mobile" : "status.wifi"));
    network.replaceChildren(signal);
    network.classList.toggle("is-slow", switches.isOn("slow"));
    network.title = switches.isOn("slow") ? say("status.slow") : "";
  }
  switches.follow(showNetwork);
  showNetwork();

  function show(next: ScreenName, moveFocus: boolean): void {
    screen = next;
    glass.dataset["phoneScreen"] = next;
    lock.hidden = next === "lock";
    clock.hidden = next === "lock";
    for (const name of SCREENS) screens[name].hidden = name !== next;
    if (moveFocus) void takeAlong(next);
  }

  /** In a task of its own: the focus makes the browser lay the page out at once. */
  async function takeAlong(there: ScreenName): Promise<void> {
    await giveWay();
    if (screen !== there) return;
    const target = screens[there].querySelector<HTMLElement>("h2[tabindex], [data-act=unlock]") ?? screens[there];
    target.focus({ preventScroll: true });
  }
  show("lock", false);

  return {
    element: h("section", { class: "phone", "aria-label": say("page.phone") }, glass),
    current: () => screen,
    showApp: (life) => void (glass.dataset["app"] = life),
    show,
  };
}
