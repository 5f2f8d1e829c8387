import { consentStyles } from "./consent-styles.ts";
import { createSay } from "./consent-texts.ts";
import { loadingView, takenBackView, troubleView } from "./ending-views.ts";
import { reportStyles } from "./report-styles.ts";
import type { ReportContext } from "./report-context.ts";
import { reportScreenTexts, type ReportScreenTexts, type ReportTextKey } from "./report-texts.ts";
import type { ReportEvents, ReportPhase } from "./report-types.ts";
import { type RatedPart, ratingView } from "./rating-view.ts";
import type { ScreenContext, View } from "./screen-context.ts";
import { createDefine, ScreenElement } from "./screen-element.ts";
import { sendingView } from "./sending-view.ts";
import { forgottenView, sentView, thanksView } from "./sent-view.ts";
import { writingView, type WritingStart } from "./writing-view.ts";

type Writing = Extract<ReportPhase, { kind: "writing" }>;

/** What the report and the survey screen have in common: everything but the form. */
abstract class FormScreen extends ScreenElement<ReportPhase, ReportScreenTexts> {
  #text = "";

  /** As any element's; the screen's own events come with what they tell. */
  override addEventListener<Name extends keyof ReportEvents>(
    type: Name,
    listener: (event: CustomEvent<ReportEvents[Name]>) => void,
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

  /** What stands in the field at first, such as a draft. */
  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    this.#text = text;
    this.changed();
  }

  protected abstract formView(context: ReportContext, phase: Writing): View<ReportPhase>;

  protected override styles(): CSSStyleSheet[] {
    return [consentStyles(), reportStyles()];
  }

  protected override firstPhase(): ReportPhase {
    return { kind: "loading" };
  }

  protected override ownTexts(locale: string): ReportScreenTexts {
    return reportScreenTexts(locale);
  }

  protected override makeView(shared: ScreenContext, phase: ReportPhase): View<ReportPhase> {
    const context: ReportContext = {
      ...shared,
      t: createSay<ReportTextKey>(this.texts, this.locale),
      emit: (name, detail) => {
        // A form that is made anew, as in another language, keeps what was typed.
        if (name === "beckon-draft") this.#text = (detail as ReportEvents["beckon-draft"]).text;
        this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
      },
    };
    switch (phase.kind) {
      case "loading":
        return loadingView(context) as View<ReportPhase>;
      case "writing":
        return this.formView(context, phase);
      case "sending":
        return sendingView(context, phase) as View<ReportPhase>;
      case "sent":
        return sentView(context, phase);
      case "takenBack":
        return takenBackView(context, phase) as View<ReportPhase>;
      case "forgotten":
        return forgottenView(context);
      case "thanks":
        return thanksView(context);
      case "trouble":
        return troubleView(context, phase) as View<ReportPhase>;
    }
  }
}

/**
 * The report screen: words, the call, files with boxes and looks, and the receipt with its way back. It shows and says, and
 * does nothing by itself: set `calls` and `phase`, and listen to its events; or let `openReport` drive it.
 */
export class ReportScreen extends FormScreen {
  #calls: WritingStart["calls"] = [];
  #callId: string | undefined;

  /** What the user picks from, newest first. */
  get calls(): WritingStart["calls"] {
    return this.#calls;
  }
  set calls(calls: WritingStart["calls"]) {
    this.#calls = calls;
    this.changed();
  }

  /** The call that is picked at first. */
  get callId(): string | undefined {
    return this.#callId;
  }
  set callId(callId: string | undefined) {
    this.#callId = callId;
    this.changed();
  }

  protected override formView(context: ReportContext, phase: Writing): View<ReportPhase> {
    return writingView(context, phase, { calls: this.#calls, callId: this.#callId, text: this.text });
  }
}

/**
 * The survey screen: stars, tags of what went wrong, and "report an issue" with its field and files, whatever the score. Set
 * `phase` and listen to its events; or let `openSurvey` drive it.
 */
export class SurveyScreen extends FormScreen {
  #parts: readonly RatedPart[] = ["overall", "audio", "video"];

  /** What is rated beside the call as a whole. */
  set parts(parts: readonly Exclude<RatedPart, "overall">[]) {
    this.#parts = ["overall", ...parts];
    this.changed();
  }

  protected override formView(context: ReportContext, phase: Writing): View<ReportPhase> {
    return ratingView(context, phase, { parts: this.#parts, text: this.text });
  }
}

const defineReport = createDefine(ReportScreen, () => class extends ReportScreen {});
const defineSurvey = createDefine(SurveyScreen, () => class extends SurveyScreen {});

/** Registers the element, once a name. @returns its class */
export function defineReportScreen(name = "beckon-report"): typeof ReportScreen {
  return defineReport(name);
}

/** Registers the element, once a name. @returns its class */
export function defineSurveyScreen(name = "beckon-survey"): typeof SurveyScreen {
  return defineSurvey(name);
}
