import type { PhoneWords } from "#phone/phone-texts.ts";
import { SWITCHES, type SwitchName, type Switches } from "#phone/system/switches.ts";
import { h, icon, keyedList } from "./dom.ts";

/** How many happenings are listed. */
const REMEMBERED = 6;

export interface SwitchPanel {
  readonly element: HTMLElement;
  /** Says what just happened. */
  note(text: string): void;
}

interface Line {
  readonly number: number;
  readonly text: string;
  readonly at: Date;
}

/** Beside the phone: what happened, and switches that make it difficult. On a narrow page it folds away below. */
export function createSwitchPanel({
  words,
  switches,
  person,
  anotherPhone,
}: {
  words: PhoneWords;
  switches: Switches;
  person: string;
  /** Address of a second phone of the same user. */
  anotherPhone: string;
}): SwitchPanel {
  const { say, time } = words;
  const status = h(
    "p",
    { class: "phone-status", "data-phone-status": true, role: "status", dir: "auto" },
    say("page.nothing"),
  );
  const list = h("ol", { class: "happened" });
  let lines: readonly Line[] = [];
  let counted = 0;
  const showLines = keyedList<Line>(
    list,
    ({ number }) => String(number),
    ({ text, at }) => ({
      element: h("li", {}, h("time", { datetime: at.toISOString() }, time(at)), h("span", { dir: "auto" }, text)),
    }),
  );

  const boxes = new Map<SwitchName, HTMLInputElement>();
  const asRow = (name: SwitchName) => {
    const box = h("input", {
      type: "checkbox",
      role: "switch",
      id: `switch-${name}`,
      "data-switch": name,
      "aria-describedby": `switch-${name}-what`,
      onchange: () => switches.set(name, box.checked),
    });
    box.checked = switches.isOn(name);
    boxes.set(name, box);
    return h(
      "li",
      {},
      h(
        "label",
        { for: `switch-${name}` },
        h("strong", {}, say(`switch.${name}`)),
        h("span", { id: `switch-${name}-what` }, say(`switch.${name}.what`)),
      ),
      box,
    );
  };
  const rows = SWITCHES.map(asRow);
  switches.follow((name, isOn) => {
    const box = boxes.get(name);
    if (box) box.checked = isOn;
  });

  const folding = h(
    "details",
    { class: "folding" },
    h("summary", {}, h("span", {}, say("page.switches"))),
    h("h2", {}, say("page.switches")),
    h("ul", { class: "switches" }, ...rows),
    h(
      "a",
      { class: "another", href: anotherPhone, target: "_blank", rel: "noopener" },
      icon("phone"),
      say("page.another", { person }),
    ),
    h("h2", { class: "happened-title" }, say("page.happened")),
    list,
  );
  // Wide enough for both: everything stands open, and the summary is not shown.
  const wide = matchMedia("(min-width: 700px)");
  const fold = () => (folding.open = wide.matches);
  wide.addEventListener("change", fold);
  fold();

  return {
    element: h(
      "section",
      { class: "panel", "aria-labelledby": "panel-title" },
      h("h1", { id: "panel-title" }, say("page.title", { person })),
      h("p", { class: "what" }, say("page.what")),
      status,
      folding,
    ),
    note(text) {
      status.textContent = text;
      lines = [{ number: ++counted, text, at: new Date() }, ...lines].slice(0, REMEMBERED);
      showLines(lines);
    },
  };
}
