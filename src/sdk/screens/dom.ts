type Attribute = string | boolean | undefined | (() => void) | ((event: Event) => void);
type Child = Node | string | undefined;

/**
 * Makes an element. Text is always a text node, so that nothing that a file or an agent says becomes markup, and nothing
 * is styled inline, which a strict content security policy would refuse.
 *
 * @param attributes functions are listeners (`onclick`); `true` is an empty attribute; undefined and `false` are left out
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Small line drawings, 24 by 24. */
const ICONS = {
  logs: "M7 3h7l5 5v11a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2M14 3v5h5M9 13h6M9 17h4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 3a9 9 0 1 0 .01 0M12 7v5l3.5 2",
  closed: "M6 6l12 12M18 6L6 18",
  none: "M12 3a9 9 0 1 0 .01 0M5.7 5.7l12.6 12.6",
  sending: "M12 20V5M5.5 11.5L12 5l6.5 6.5",
  pause: "M9 6v12M15 6v12",
  wifi: "M2.5 9.5a14 14 0 0 1 19 0M5.8 13a9.3 9.3 0 0 1 12.4 0M9 16.5a4.6 4.6 0 0 1 6 0M12 20h.01",
  trouble: "M12 4l9 16H3zM12 10v4.5M12 17.2h.01",
  star: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z",
  takenBack: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
} as const;

export type IconName = keyof typeof ICONS;

/** A drawing that says nothing which the words beside it do not say. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}
