type Value = string | number | boolean | undefined | ((event: Event) => void);
type Child = Node | string | undefined;

/**
 * An element. `on…` takes a listener, everything else is an attribute: there are no inline styles, which the page's policy
 * refuses.
 */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Paths of icons on a grid of 24, drawn with a line. */
const ICONS = {
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z",
  unlock: "M7 11V8a5 5 0 0 1 9.6-2M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z",
  call: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1z",
  dropped: "M3 14a13 13 0 0 1 18 0l-2 3-4-2v-3a10 10 0 0 0-6 0v3l-4 2zM9 4l6 5M15 4v5h-5",
  wifi: "M3 9a14 14 0 0 1 18 0M6 12.5a9.5 9.5 0 0 1 12 0M9 16a5 5 0 0 1 6 0M12 19.5h.01",
  mobile: "M5 20v-4M10 20v-8M15 20V8M20 20V4",
  offline:
    "M3 3l18 18M6 12.5a9.5 9.5 0 0 1 4-2M9 16a5 5 0 0 1 6 0M3 9a14 14 0 0 1 4-2.5M11 6a14 14 0 0 1 10 3M12 19.5h.01",
  battery:
    "M4 8h14a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM22 11v2M6 11v2M9 11v2M12 11v2M15 11v2",
  chevron: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  file: "M7 3h7l5 5v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M9 13h6M9 17h6",
  shield: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4",
  restart: "M20 11a8 8 0 1 0-2 6M20 5v6h-6",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
} as const;

export type IconName = keyof typeof ICONS;

/** @param label where the icon says something that no text beside it says */
export function icon(name: IconName, label?: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  if (label === undefined) {
    svg.setAttribute("aria-hidden", "true");
  } else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Keeps a list of elements as its items are, each element for as long as its item is there: a button that somebody is about
 * to press is not replaced under the finger.
 *
 * @param create makes an element and what brings it up to date
 */
export function keyedList<Item>(
  parent: Element,
  keyOf: (item: Item) => string,
  create: (item: Item) => { readonly element: Element; readonly update?: (item: Item) => void },
): (items: readonly Item[]) => void {
  const there = new Map<string, ReturnType<typeof create>>();
  return (items) => {
    const keys = new Set(items.map(keyOf));
    for (const [key, { element }] of there) {
      if (keys.has(key)) continue;
      element.remove();
      there.delete(key);
    }
    items.forEach((item, index) => {
      const made = there.get(keyOf(item)) ?? create(item);
      there.set(keyOf(item), made);
      made.update?.(item);
      if (parent.children[index] !== made.element) parent.insertBefore(made.element, parent.children[index] ?? null);
    });
  };
}
