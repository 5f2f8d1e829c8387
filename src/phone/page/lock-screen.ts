import type { PhoneWords } from "#phone/phone-texts.ts";
import type { Shade, ShownNotification } from "#phone/system/shade.ts";
import { appIcon } from "./app-icon.ts";
import { h, icon, keyedList } from "./dom.ts";

/** The lock screen: the time, what the system has to show, and the way in. */
export function createLockScreen({
  words,
  shade,
  onUnlock,
  onTap,
}: {
  words: PhoneWords;
  shade: Shade;
  onUnlock: () => void;
  onTap: (requestId: string) => void;
}): HTMLElement {
  const { say, time, day } = words;
  const clock = h("p", { class: "clock" });
  const date = h("p", { class: "date" });
  const notifications = h("ul", { class: "notifications", "aria-label": say("lock.notifications") });
  const none = h("p", { class: "heard-only" }, say("lock.none"));

  function tick(): void {
    const now = new Date();
    clock.textContent = words.clock(now);
    date.textContent = day(now);
    setTimeout(tick, 60_000 - (now.getTime() % 60_000));
  }
  tick();

  const show = keyedList<ShownNotification>(
    notifications,
    // Another text with the same tag is another element, so that it is seen to come.
    ({ tag, isOver, title, at }) => `${tag} ${isOver} ${title} ${at}`,
    (notification) => ({ element: h("li", {}, asElement(notification)) }),
  );
  function asElement({ push, isOver, title, body, lang, at }: ShownNotification): HTMLElement {
    const content = [
      appIcon(),
      h(
        "span",
        { class: "notification-words" },
        h(
          "span",
          { class: "notification-app" },
          say("app.name"),
          h("span", { class: "notification-time" }, Date.now() - at < 60_000 ? say("lock.now") : time(new Date(at))),
        ),
        h("strong", { lang, dir: "auto" }, title),
        h("span", { lang, dir: "auto" }, body),
      ),
    ];
    if (isOver || !push)
      return h("div", { class: "notification over", "data-notification-over": push?.requestId ?? "" }, ...content);
    const { requestId } = push;
    return h(
      "button",
      { type: "button", class: "notification", "data-notification": requestId, onclick: () => onTap(requestId) },
      ...content,
    );
  }
  const update = () => {
    show(shade.list());
    none.hidden = shade.list().length > 0;
  };
  shade.follow(update);
  update();

  return h(
    "section",
    { class: "screen lock" },
    h("div", { class: "lock-time" }, icon("lock"), date, clock),
    notifications,
    none,
    h(
      "button",
      { type: "button", class: "unlock", "data-act": "unlock", onclick: onUnlock },
      icon("unlock"),
      h("span", {}, say("lock.unlock")),
    ),
  );
}
