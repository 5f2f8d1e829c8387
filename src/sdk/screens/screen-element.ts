import { consentStyles } from "./consent-styles.ts";
import type { ConsentScreenTexts } from "./consent-texts.ts";
import { h } from "./dom.ts";
import { createFormats, type ScreenContext, type View } from "./screen-context.ts";

// Servers that render pages load this file too, and have no elements.
const Base = (globalThis.HTMLElement as typeof HTMLElement | undefined) ?? (class {} as typeof HTMLElement);

/** What all screens are: one phase at a time, in a language, with one live region. It shows and says, and does nothing itself. */
export abstract class ScreenElement<
  Phase extends { readonly kind: string },
  Texts extends ConsentScreenTexts,
> extends Base {
  static readonly observedAttributes: readonly string[] = ["locale", "time-zone"];

  readonly #page = h("div", { class: "page" });
  readonly #live = h("div", { class: "unseen", role: "status" });
  #texts: Texts | undefined;
  #phase: Phase = this.firstPhase();
  #view: View<Phase> | undefined;
  #shown: string | undefined;
  #formats: ReturnType<typeof createFormats> | undefined;
  #isStale = true;
  #isDue = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = this.styles();
    root.append(this.#page, this.#live);
  }

  protected abstract firstPhase(): Phase;
  protected abstract ownTexts(locale: string): Texts;
  protected abstract makeView(context: ScreenContext, phase: Phase): View<Phase>;

  protected styles(): CSSStyleSheet[] {
    return [consentStyles()];
  }

  /** Whether it only shows how it would look. */
  protected get isStill(): boolean {
    return false;
  }

  /** The words of the controls; those of `locale` unless given. */
  get texts(): Texts {
    return this.#texts ?? this.ownTexts(this.locale);
  }
  set texts(texts: Texts | undefined) {
    this.#texts = texts;
    this.changed();
  }

  /** BCP 47: the language of the controls, sizes and times; the device's unless given. */
  get locale(): string {
    return this.getAttribute("locale") ?? navigator.language;
  }
  set locale(locale: string | undefined) {
    this.#reflect("locale", locale);
  }

  /** IANA name; the device's unless given. */
  get timeZone(): string | undefined {
    return this.getAttribute("time-zone") ?? undefined;
  }
  set timeZone(timeZone: string | undefined) {
    this.#reflect("time-zone", timeZone);
  }

  get phase(): Phase {
    return this.#phase;
  }
  set phase(phase: Phase) {
    this.#phase = phase;
    this.#later();
  }

  connectedCallback(): void {
    this.changed();
  }

  attributeChangedCallback(): void {
    this.changed();
  }

  #reflect(name: string, value: string | undefined): void {
    if (value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  /** What is shown must be made anew. */
  protected changed(): void {
    this.#formats = undefined;
    this.#isStale = true;
    this.#later();
  }

  /** What is set one after the other is shown at once. */
  #later(): void {
    if (this.#isDue || !this.isConnected) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#show();
    });
  }

  #show(): void {
    const { kind } = this.#phase;
    const isSame = !this.#isStale && kind === this.#shown;
    if (isSame && this.#view?.update?.(this.#phase)) return;
    const isNew = this.#shown !== undefined && kind !== this.#shown;
    // Who is asked "Take it back?" is not interrupted by a file that is checked meanwhile, or by the last one that arrives.
    const hasArrived = this.#shown === "sending" && (kind === "shared" || kind === "sent");
    const isKept = !this.#isStale && (!isNew || hasArrived);
    const view = this.makeView(this.#context(), this.#phase);
    this.#page.lang = this.locale;
    this.#page.dir = RIGHT_TO_LEFT.test(this.locale) ? "rtl" : "ltr";
    this.#page.dataset["phase"] = kind;
    for (const part of this.#page.querySelectorAll(`:scope > ${isKept ? ":not(dialog)" : "*"}`)) part.remove();
    this.#page.prepend(h("div", { class: "content" }, ...view.body), ...(view.bar ? [view.bar] : []));
    this.#view = view;
    this.#shown = kind;
    this.#isStale = false;
    // Whoever follows by keyboard or ear is taken along to what is new.
    if (isNew && !this.isStill) view.heading.focus();
  }

  #context(): ScreenContext {
    const { locale } = this;
    return {
      locale,
      isPreview: this.isStill,
      ...(this.#formats ??= createFormats(locale, this.texts, this.timeZone)),
      emit: (name, detail) => void this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })),
      announce: (words) => void (this.#live.textContent = words),
      open: (dialog) => {
        this.#page.append(dialog);
        dialog.addEventListener("close", () => {
          dialog.remove();
          // What it was opened from may be gone.
          if (!this.shadowRoot?.activeElement) this.#view?.heading.focus();
        });
        dialog.showModal();
      },
    };
  }
}

const RIGHT_TO_LEFT = /^(ar|arc|dv|fa|ha|he|khw|ks|ku|ps|sd|ug|ur|yi)\b/i;

/** Registers elements, each once a name. @returns gives the class of a name */
export function createDefine<Screen extends CustomElementConstructor>(
  screen: Screen,
  derive: () => Screen,
): (name: string) => Screen {
  let isNamed = false;
  return (name) => {
    const known = customElements.get(name) as Screen | undefined;
    if (known) return known;
    // A class has one name; a second name gets a class of its own.
    const named = isNamed ? derive() : screen;
    isNamed = true;
    customElements.define(name, named);
    return named;
  };
}
