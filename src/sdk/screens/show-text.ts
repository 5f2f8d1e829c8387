import { consentParagraphs, type Fact, type Paragraph } from "./consent-paragraphs.ts";
import type { ShownText } from "./consent-types.ts";
import { h } from "./dom.ts";
import type { ScreenContext } from "./screen-context.ts";

type Values = Readonly<Record<string, string>>;

export interface ShownConsent {
  /** The first paragraph: who asks, for which ticket. */
  readonly heading: HTMLElement;
  /** The others, in their order. */
  readonly paragraphs: readonly { readonly element: HTMLElement; readonly isOfFiles: boolean }[];
  /** Puts other values into the placeholders, where they stand. */
  fill(values: Values): void;
}

/** A value longer than this is a list that is scrolled, not a wall in front of what follows. */
const LONG_VALUE = 400;

/**
 * Lays the registered text out without changing a word of it: as plain text, in its own language.
 *
 * @param levels of the heading; in a receipt the text is below another one
 */
export function showText(context: ScreenContext, shown: ShownText, values: Values, isHeading = true): ShownConsent {
  const fillers: ((values: Values) => void)[] = [];
  const own = { lang: shown.locale, dir: "auto" };
  const [first, ...others] = consentParagraphs(shown.text);
  const heading = h(
    isHeading ? "h2" : "p",
    { ...own, class: "who", tabindex: isHeading ? "-1" : undefined, "data-paragraph": true },
    ...(first?.facts.flatMap((fact) => words(fact)) ?? []),
  );
  const paragraphs = others.map((paragraph) => ({
    element: layOut(paragraph),
    isOfFiles: paragraph.has("files"),
  }));
  fill(values);
  return { heading, paragraphs, fill };

  function fill(next: Values): void {
    for (const filler of fillers) filler(next);
  }

  function layOut(paragraph: Paragraph): HTMLElement {
    const facts = paragraph.facts.map((fact) =>
      h(
        "span",
        { class: "fact" },
        ...(fact.label === undefined ? [] : [h("strong", { class: "label" }, fact.label)]),
        h("span", { class: "words" }, ...words(fact)),
      ),
    );
    const element = h("p", { ...own, class: facts.length > 1 ? "facts" : "", "data-paragraph": true }, ...facts);
    if (!paragraph.has("reason")) return element;
    return h("figure", {}, element, h("figcaption", {}, context.t("agentsWords")));
  }

  function words({ parts }: Fact): Node[] {
    return parts.map((part) => ("words" in part ? document.createTextNode(part.words) : value(part.placeholder)));
  }

  function value(name: string): HTMLElement {
    // The agent's words are quoted as such, and are never a link.
    const element = name === "reason" ? h("q", { dir: "auto" }) : h("span", { class: `value ${name}` });
    fillers.push((next) => {
      const text = next[name] ?? `{${name}}`;
      if (element.textContent === text) return;
      const isLong = text.length > LONG_VALUE;
      element.classList.toggle("long", isLong);
      if (isLong) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
      element.replaceChildren(name === "privacyNotice" || name === "contact" ? linked(text) : text);
    });
    return element;
  }

  function linked(text: string): Node {
    const href = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text) ? `mailto:${text}` : text;
    if (!/^(https?:\/\/|mailto:)\S+$/i.test(href)) return document.createTextNode(text);
    return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
  }
}
