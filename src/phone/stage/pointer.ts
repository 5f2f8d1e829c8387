import { h } from "#phone/page/dom.ts";

/** The hand that can be seen: over both pages, never in anybody's way. */
export interface Pointer {
  readonly element: HTMLElement;
  /** Moves to the middle of something in a frame, and rings it. */
  pointAt(frame: HTMLIFrameElement, target: HTMLElement): void;
  /** A press, as a flash. The ring goes with it: what was pressed may be gone. */
  press(): void;
  hide(): void;
}

const ARROW = "M5 2.5v17l4.6-4.3 2.9 6.6 3-1.3-2.9-6.5 6.4-.5z";

export function createPointer(): Pointer {
  const hand = h("div", { class: "hand" }, arrow());
  const ring = h("div", { class: "ring" });
  const element = h("div", { class: "pointer", "aria-hidden": "true", hidden: true }, ring, hand);
  return {
    element,
    pointAt(frame, target) {
      const [outer, inner] = [frame.getBoundingClientRect(), target.getBoundingClientRect()];
      // Only what can be seen of it in the frame.
      const left = outer.left + Math.max(0, inner.left);
      const top = outer.top + Math.max(0, inner.top);
      const right = outer.left + Math.min(outer.width, inner.right);
      const bottom = outer.top + Math.min(outer.height, inner.bottom);
      const [width, height] = [Math.max(0, right - left), Math.max(0, bottom - top)];
      ring.style.transform = `translate(${left - 4}px, ${top - 4}px)`;
      ring.style.inlineSize = `${width + 8}px`;
      ring.style.blockSize = `${height + 8}px`;
      hand.style.transform = `translate(${left + Math.min(width / 2, 120)}px, ${top + Math.min(height / 2, 60)}px)`;
      element.classList.remove("is-pressing");
      element.hidden = false;
    },
    press() {
      element.classList.remove("is-pressing");
      // Asked for the size, the browser draws what is so far: the next class begins anew.
      void element.offsetWidth;
      element.classList.add("is-pressing");
    },
    hide() {
      element.hidden = true;
    },
  };
}

function arrow(): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ARROW);
  svg.append(path);
  return svg;
}
