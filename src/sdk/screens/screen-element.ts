import { consentStyles } from "./consent-styles.ts";
import { createSay, type ConsentScreenTexts } from "./consent-texts.ts";
import { h } from "./dom.ts";
import { layOut, nextTask } from "./next-task.ts";
import { formatsOf, prepareFormats, type ScreenContext, type View } from "./screen-context.ts";

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
  #say: ScreenContext["t"] | undefined;
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
    this.#say = undefined;
    this.#isStale = true;
    this.#later();
  }

  /** What is set one after the other is shown at once, and never in the task of the tap that led to it. */
  #later(): void {
    if (this.#isDue || !this.isConnected) return;
    this.#isDue = true;
    void this.#ready().then(() => {
      this.#isDue = false;
      if (this.isConnected) this.#show();
    });
  }

  async #ready(): Promise<void> {
    await nextTask();
    const isPrepared = prepareFormats(this.locale, this.timeZone);
    // That something is on its way is said at once, and needs no sizes and times.
    if (this.#phase.kind !== "loading") await isPrepared;
  }

  #show(): void {
    const { kind } = this.#phase;
    const isSame = !this.#isStale && kind === this.#shown;
    if (isSame && this.#view?.update?.(this.#phase)) return;
    const isFirst = this.#shown === undefined;
    const isNew = !isFirst && kind !== this.#shown;
    // Who is asked "Take it back?" is not interrupted by a file that is checked meanwhile, or by the last one that arrives.
    const hasArrived = this.#shown === "sending" && (kind === "shared" || kind === "sent");
    const isKept = !this.#isStale && (!isNew || hasArrived);
    const view = this.makeView(this.#context(), this.#phase);
    // Before anything else is changed: where the focus goes away, the browser lays out what was changed until then.
    for (const part of this.#page.querySelectorAll(`:scope > ${isKept ? ":not(dialog)" : "*"}`)) part.remove();
    this.#page.lang = this.locale;
    this.#page.dir = RIGHT_TO_LEFT.test(this.locale) ? "rtl" : "ltr";
    this.#page.dataset["phase"] = kind;
    this.#view = view;
    this.#shown = kind;
    this.#isStale = false;
    // What stands there already is made anew at once: it would flicker.
    const isGradual = (isFirst || isNew) && !this.isStill;
    void this.#place(view, isGradual, isNew && !this.isStill);
  }

  /**
   * Puts the view on the page, what stands at the top first: so much at a time as a slow phone lays out in one short
   * task. The answers come last: nobody can agree to what is not there yet.
   */
  async #place(view: View<Phase>, isGradual: boolean, takesAlong: boolean): Promise<void> {
    const content = h("div", { class: "content" });
    let placed = 0;
    let isWaitedFor = takesAlong;
    const isLeft = async (): Promise<boolean> => {
      await layOut(content);
      if (this.#view !== view) return true;
      // Whoever follows by keyboard or ear is taken along to what is new; who has moved on meanwhile is not called back.
      if (isWaitedFor && !this.shadowRoot?.activeElement) {
        view.heading.focus();
        await nextTask();
      }
      isWaitedFor = false;
      placed = 0;
      return this.#view !== view;
    };
    this.#page.prepend(content);
    for (const piece of view.body) {
      const size = sizeOf(piece);
      if (isGradual && placed > 0 && placed + size > PLACED_AT_ONCE && (await isLeft())) return;
      content.append(...(piece ? [piece] : []));
      placed += size;
    }
    const bar = typeof view.bar === "function" ? view.bar() : view.bar;
    if (bar) {
      if (isGradual && placed + sizeOf(bar) > PLACED_AT_ONCE && (await isLeft())) return;
      content.after(bar);
    }
    if (isWaitedFor) await isLeft();
  }

  #context(): ScreenContext {
    const { locale } = this;
    return {
      locale,
      isPreview: this.isStill,
      ...formatsOf(locale, this.timeZone),
      t: (this.#say ??= createSay(this.texts, locale)),
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

/** Elements. A phone six times slower than a desk computer lays these out in some 20 ms. */
const PLACED_AT_ONCE = 12;

function sizeOf(piece: HTMLElement | undefined): number {
  return piece ? piece.querySelectorAll("*").length + 1 : PLACED_AT_ONCE;
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
