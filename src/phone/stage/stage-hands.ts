import type { PageFrame } from "./page-frame.ts";
import type { Playing } from "./player.ts";
import type { Pointer } from "./pointer.ts";

/** Hands that can be watched: they show where they go before they press. */
export interface StageHands {
  /** Brings a page to the front, where only one can be seen. */
  show(frame: PageFrame): void;
  press(frame: PageFrame, target: HTMLElement): Promise<void>;
  /** Writes as a person would: letter by letter, or at once where nothing may move. */
  write(frame: PageFrame, field: HTMLTextAreaElement, text: string): Promise<void>;
}

/** A text is written in about this many strokes, however long it is. */
const STROKES = 24;

/**
 * @param options.isCalm whether the person wants nothing to move
 * @param options.keepFocus gives the focus back to what the person had it on: a page that is played takes it
 */
export function createStageHands({
  playing,
  pointer,
  show,
  isCalm,
  isHurried,
  keepFocus,
}: {
  playing: Playing;
  pointer: Pointer;
  show: (frame: PageFrame) => void;
  isCalm: () => boolean;
  isHurried: () => boolean;
  keepFocus: () => () => void;
}): StageHands {
  function goTo(frame: PageFrame, target: HTMLElement): void {
    show(frame);
    if (!isInSight(target)) target.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    pointer.pointAt(frame.element, target);
  }
  return {
    show,
    async press(frame, target) {
      goTo(frame, target);
      await playing.beat();
      // What stands there may have been drawn anew meanwhile, somewhere else.
      if (target.isConnected) goTo(frame, target);
      pointer.press();
      const giveBack = keepFocus();
      target.click();
      giveBack();
    },
    async write(frame, field, text) {
      goTo(frame, field);
      const { HTMLTextAreaElement: Field, Event: FieldEvent } = field.ownerDocument.defaultView as Window &
        typeof globalThis;
      // React listens to the setter that it put on the element; the browser's own is on the prototype.
      const set = Object.getOwnPropertyDescriptor(Field.prototype, "value")?.set;
      const put = (value: string) => {
        set?.call(field, value);
        field.dispatchEvent(new FieldEvent("input", { bubbles: true }));
      };
      const stroke = Math.ceil(text.length / STROKES);
      const strokes = isCalm() || isHurried() ? [] : Array.from({ length: STROKES }, (_, n) => (n + 1) * stroke);
      for (const length of strokes) {
        put(text.slice(0, length));
        await new Promise((resolve) => setTimeout(resolve, 45));
      }
      put(text);
      await playing.beat();
    },
  };
}

/** Whether a finger on its middle would meet it, and not the edge of the page or a bar that lies over it. */
function isInSight(target: HTMLElement): boolean {
  const { left, top, width, height } = target.getBoundingClientRect();
  const root = target.getRootNode() as Document | ShadowRoot;
  const met = root.elementFromPoint(left + width / 2, top + height / 2);
  return met !== null && (target.contains(met) || met.contains(target));
}
