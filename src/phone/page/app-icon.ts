import { h } from "./dom.ts";

const MEADOW = new URL("./meadow.svg", import.meta.url).href;

/** The sample app's icon. Its name stands beside it. */
export function appIcon(): HTMLElement {
  return h("img", { class: "app-icon", src: MEADOW, alt: "", width: 40, height: 40 });
}
