import { h, icon } from "./dom.ts";
import type { ReportContext } from "./report-context.ts";

const MOST = 5;

/** Five stars to choose from: radio buttons for keys and ears, stars for the eye. */
export function createStars(
  { t }: ReportContext,
  name: string,
  legend: HTMLElement,
  onChange: (score: number) => void,
): { readonly element: HTMLElement; readonly score: () => number | undefined } {
  let score: number | undefined;
  const labels = Array.from({ length: MOST }, (_, index) => {
    const value = index + 1;
    const input = h("input", {
      type: "radio",
      name,
      value: String(value),
      "aria-label": t("starsOf", { count: value, total: MOST }),
      onchange: () => choose(value),
    });
    return h("label", { class: "star", "data-star": String(value) }, input, icon("star"));
  });
  const element = h(
    "div",
    { class: "stars", role: "radiogroup", "aria-labelledby": legend.id, "data-stars": name },
    ...labels,
  );
  return { element, score: () => score };

  function choose(value: number): void {
    score = value;
    labels.forEach((label, index) => label.classList.toggle("on", index < value));
    onChange(value);
  }
}
