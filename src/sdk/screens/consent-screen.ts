import { askingView } from "./asking-view.ts";
import { consentStyles } from "./consent-styles.ts";
import { consentScreenTexts, type ConsentScreenTexts } from "./consent-texts.ts";
import type { ConsentEvents, ConsentPhase, ConsentReview } from "./consent-types.ts";
import { declinedView, laterView, loadingView, overView, takenBackView, troubleView } from "./ending-views.ts";
import { receiptView } from "./receipt-view.ts";
import type { ScreenContext, View } from "./screen-context.ts";
import { createDefine, ScreenElement } from "./screen-element.ts";
import { sendingView } from "./sending-view.ts";

/**
 * The consent screen: asks the user, shows how far it is, and keeps the receipt. It shows and says, and does nothing by
 * itself: give it a `review` and a `phase`, and listen to its events; or let `openConsent` drive it.
 */
export class ConsentScreen extends ScreenElement<ConsentPhase, ConsentScreenTexts> {
  static override readonly observedAttributes = ["locale", "time-zone", "preview"];

  #review: ConsentReview | undefined;

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
    this.changed();
  }

  protected override get isStill(): boolean {
    return this.preview;
  }

  protected override firstPhase(): ConsentPhase {
    return { kind: "loading" };
  }

  protected override ownTexts(locale: string): ConsentScreenTexts {
    return consentScreenTexts(locale);
  }

  protected override makeView(context: ScreenContext, phase: ConsentPhase): View {
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
}

const define = createDefine(ConsentScreen, () => class extends ConsentScreen {});

/** Registers the element, once a name. @returns its class */
export function defineConsentScreen(name = "beckon-consent"): typeof ConsentScreen {
  // Read while the app starts, and not under the tap that opens the first screen.
  consentStyles();
  return define(name);
}
