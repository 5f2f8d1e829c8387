import type { Beckon, FileProgress, RequestState } from "#sdk/create-beckon.ts";
import { consentScreenTexts } from "#sdk/screens/consent-texts.ts";
import { defineConsentScreen } from "#sdk/screens/consent-screen.ts";
import { openConsent, type OpenedConsent } from "#sdk/screens/open-consent.ts";
import { h } from "./dom.ts";
import { giveWay } from "./give-way.ts";

/** The app's place for the SDK's consent screen, full-screen. */
export interface ConsentHost {
  readonly element: HTMLElement;
  /** Of which request it is; undefined when it is not open. */
  requestId(): string | undefined;
  open(beckon: Beckon, requestId: string): void;
  progress(progress: FileProgress): void;
  closed(closed: { requestId: string; state: RequestState | undefined }): void;
  /** Nobody looks any more. What was answered goes on. */
  close(): void;
}

interface Open {
  readonly requestId: string;
  handle?: OpenedConsent;
  /** What came before there was a screen to tell. */
  readonly missed: ((handle: OpenedConsent) => void)[];
}

/** @param onClose the user is done with it */
export function createConsentHost({ locale, onClose }: { locale: string; onClose: () => void }): ConsentHost {
  defineConsentScreen();
  const element = h("section", { class: "screen consent-screen", tabindex: -1 });
  let open: Open | undefined;

  function close(): void {
    open?.handle?.stop();
    open = undefined;
    element.replaceChildren();
  }

  function leave(): void {
    close();
    onClose();
  }

  return {
    element,
    close,
    requestId: () => open?.requestId,
    open(beckon, requestId) {
      close();
      const opening: Open = { requestId, missed: [] };
      open = opening;
      void giveWay().then(() => {
        if (open !== opening) return;
        const handle = show(beckon, requestId);
        opening.handle = handle;
        for (const tell of opening.missed) tell(handle);
      });
    },
    progress: (progress) => hand(progress.requestId, (handle) => handle.progress(progress)),
    closed: (closed) => hand(closed.requestId, (handle) => handle.closed(closed)),
  };

  function hand(requestId: string, tell: (handle: OpenedConsent) => void): void {
    if (requestId !== open?.requestId) return;
    if (open.handle) tell(open.handle);
    else open.missed.push(tell);
  }

  function show(beckon: Beckon, requestId: string): OpenedConsent {
    const screen = document.createElement("beckon-consent") as InstanceType<ReturnType<typeof defineConsentScreen>>;
    screen.locale = locale;
    screen.texts = consentScreenTexts(locale);
    element.append(screen);
    // What is drawn next is a task of its own, and not the end of the one in which the last byte was frozen.
    const unhurried: Beckon = {
      ...beckon,
      async review(id) {
        const review = await beckon.review(id);
        await giveWay();
        return review;
      },
    };
    return openConsent(screen, { beckon: unhurried, requestId, onDone: leave });
  }
}
