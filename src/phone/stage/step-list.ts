import { h, keyedList } from "#phone/page/dom.ts";
import type { StageWords } from "./stage-words.ts";
import { compareLines, type Line, type Step, STEPS } from "./tell-story.ts";

export interface StepList {
  readonly element: HTMLElement;
  add(lines: readonly Line[]): void;
  clear(): void;
  /** Nothing is under way any more. */
  settle(): void;
  /** Whether the feed is heard: without anybody signed in there are no facts to show. */
  showSignedIn(isSignedIn: boolean): void;
}

/** The numbered steps of the journey, each with the lines of the parts that did something for it. */
export function createStepList({ say }: StageWords, person: string): StepList {
  const lines = new Map<string, Line>();
  const hint = h("p", { class: "steps-hint" }, say("stage.steps.what"));
  const steps = STEPS.map((step) => createStep(step));
  const element = h(
    "section",
    { class: "steps", "aria-labelledby": "steps-title" },
    h("div", { class: "steps-head" }, h("h2", { id: "steps-title" }, say("stage.steps")), hint),
    h("ol", {}, ...steps.map(({ element: item }) => item)),
  );

  function createStep(step: Step) {
    const list = h("ul", {});
    const mark = h("span", { class: "mark" }, say("step.waiting"));
    const item = h(
      "li",
      { "data-step": step, "data-is": "waiting" },
      h(
        "div",
        { class: "step-head" },
        h("span", { class: "number", "aria-hidden": "true" }, String(step)),
        h("h3", {}, say(`step.${step}`, { person })),
        mark,
      ),
      h("p", { class: "step-what" }, say(`step.${step}.what`, { person })),
      list,
    );
    const show = keyedList<Line>(
      list,
      ({ id }) => id,
      (first) => {
        const text = h("span", {}, first.text);
        return {
          element: h(
            "li",
            { "data-line": first.id, "data-part": first.part },
            h("strong", {}, say(`part.${first.part}`)),
            " ",
            text,
          ),
          update: (line) => {
            if (text.textContent !== line.text) text.textContent = line.text;
          },
        };
      },
    );
    return {
      element: item,
      update(all: readonly Line[], latest: Step | undefined): void {
        const own = all.filter((line) => line.step === step).toSorted(compareLines);
        show(own);
        const state = step === latest ? "now" : own.some(({ id }) => id !== "live") ? "done" : "waiting";
        item.dataset["is"] = state;
        mark.textContent = say(`step.${state}`);
      },
    };
  }

  let latest: Step | undefined;
  function draw(): void {
    for (const step of steps) step.update([...lines.values()], latest);
  }

  return {
    element,
    add(more) {
      for (const line of more) lines.set(line.id, line);
      // How fast the feed is stands in step 7 and comes all the time: it is no sign of where the story is.
      latest = more.findLast(({ id }) => id !== "live")?.step ?? latest;
      if (more.length > 0) draw();
    },
    clear() {
      lines.clear();
      latest = undefined;
      draw();
    },
    settle() {
      latest = undefined;
      draw();
    },
    showSignedIn(isSignedIn) {
      hint.textContent = say(isSignedIn ? "stage.steps.what" : "stage.signedOut");
    },
  };
}
