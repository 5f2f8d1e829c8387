import { askingView } from "./asking-view.ts";
import { consentScreenTexts, type ConsentScreenTexts } from "./consent-texts.ts";
import type { ConsentEvents, ConsentPhase, ConsentReview } from "./consent-types.ts";
import { consentStyles } from "./consent-styles.ts";
import { h } from "./dom.ts";
import { declinedView, laterView, loadingView, overView, takenBackView, troubleView } from "./ending-views.ts";
import { receiptView } from "./receipt-view.ts";
import { createFormats, type ScreenContext, type View } from "./screen-context.ts";
import { sendingView } from "./sending-view.ts";

// Servers that render pages load this file too, and have no elements.
const Base = (globalThis.HTMLElement as typeof HTMLElement | undefined) ?? (class {} as typeof HTMLElement);

/**
 * The consent screen: asks the user, shows how far it is, and keeps the receipt. It shows and says, and does nothing by
 * itself: give it a `review` and a `phase`, and listen to its events; or let `openConsent` drive it.
 */
export class ConsentScreen extends Base {
  static readonly observedAttributes = ["locale", "time-zone", "preview"];

  readonly #page = h("div", { class: "page" });
  readonly #live = h("div", { class: "unseen", role: "status" });
  #texts: ConsentScreenTexts | undefined;
  #review: ConsentReview | undefined;
  #phase: ConsentPhase = { kind: "loading" };
  #view: View | undefined;
  #shown: ConsentPhase["kind"] | undefined;
  #formats: ReturnType<typeof createFormats> | undefined;
  #isStale = true;
  #isDue = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [consentStyles()];
    root.append(this.#page, this.#live);
  }

  /** As any element's; the screen's own events come with what they tell. */
  override addEventListener<Name extends keyof ConsentEvents>(
    type: Name,
    listener: (event: CustomEvent<ConsentEvents[Name]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerObject | ((event: never) => void),
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListenerOrEventListenerObject, options);
  }

  /** The words of the controls; those of `locale` unless given. */
  get texts(): ConsentScreenTexts {
    return this.#texts ?? consentScreenTexts(this.locale);
  }
  set texts(texts: ConsentScreenTexts | undefined) {
    this.#texts = texts;
    this.#changed();
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

  /** Shows the prompt as it would look: nothing can be pressed, and the files are not known. */
  get preview(): boolean {
    return this.hasAttribute("preview");
  }
  set preview(preview: boolean) {
    this.toggleAttribute("preview", preview);
  }

  get review(): ConsentReview | undefined {
    return this.#review;
  }
  set review(review: ConsentReview | undefined) {
    this.#review = review;
    this.#changed();
  }

  get phase(): ConsentPhase {
    return this.#phase;
  }
  set phase(phase: ConsentPhase) {
    this.#phase = phase;
    this.#later();
  }

  connectedCallback(): void {
    this.#changed();
  }

  attributeChangedCallback(): void {
    this.#changed();
  }

  #reflect(name: string, value: string | undefined): void {
    if (value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  #changed(): void {
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
    const view = this.#makeView();
    this.#page.lang = this.locale;
    this.#page.dir = RIGHT_TO_LEFT.test(this.locale) ? "rtl" : "ltr";
    this.#page.dataset["phase"] = kind;
    this.#page.replaceChildren(h("div", { class: "content" }, ...view.body), ...(view.bar ? [view.bar] : []));
    this.#view = view;
    this.#shown = kind;
    this.#isStale = false;
    // Whoever follows by keyboard or ear is taken along to what is new.
    if (isNew && !this.preview) view.heading.focus();
  }

  #makeView(): View {
    const context = this.#context();
    const phase = this.#phase;
    switch (phase.kind) {
      case "loading":
        return loadingView(context);
      case "asking":
        return this.#review ? askingView(context, this.#review) : loadingView(context);
      case "sending":
        return sendingView(context, phase);
      case "shared":
        return receiptView(context, phase);
      case "takenBack":
        return takenBackView(context, phase);
      case "declined":
        return declinedView(context, phase);
      case "later":
        return laterView(context, phase);
      case "over":
        return overView(context, phase);
      case "trouble":
        return troubleView(context, phase);
    }
  }

  #context(): ScreenContext {
    const { locale } = this;
    return {
      locale,
      isPreview: this.preview,
      ...(this.#formats ??= createFormats(locale, this.texts, this.timeZone)),
      emit: (name, detail) => void this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })),
      announce: (words) => void (this.#live.textContent = words),
      open: (dialog) => {
        this.#page.append(dialog);
        dialog.addEventListener("close", () => dialog.remove());
        dialog.showModal();
      },
    };
  }
}

/** Registers the element, once a name. @returns its class */
export function defineConsentScreen(name = "beckon-consent"): typeof ConsentScreen {
  const known = customElements.get(name) as typeof ConsentScreen | undefined;
  if (known) return known;
  // A class has one name; a second name gets a class of its own.
  const named = isNamed ? class extends ConsentScreen {} : ConsentScreen;
  isNamed = true;
  customElements.define(name, named);
  return named;
}

let isNamed = false;

const RIGHT_TO_LEFT = /^(ar|arc|dv|fa|ha|he|khw|ks|ku|ps|sd|ug|ur|yi)\b/i;
