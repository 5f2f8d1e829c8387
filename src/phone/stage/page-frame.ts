/** One of the two pages, seen from the stage: of the same origin, so that it can be looked into and pressed. */
export interface PageFrame {
  readonly element: HTMLIFrameElement;
  /** Told of each document that is loaded into it, the one that is there too. */
  onLoad(listener: (view: Window) => void): void;
  /** The first that fits, if it can be seen. */
  find<Found extends HTMLElement = HTMLElement>(selector: string): Found | undefined;
  /** The same, inside the consent screen. */
  findInConsent<Found extends HTMLElement = HTMLElement>(selector: string): Found | undefined;
  findAll<Found extends HTMLElement = HTMLElement>(selector: string): readonly Found[];
  findAllInConsent<Found extends HTMLElement = HTMLElement>(selector: string): readonly Found[];
  /** Path and query of what it shows. */
  path(): string;
  /** Goes to another screen of the page without loading it anew, as a link of its own would. */
  go(path: string): void;
}

export function createPageFrame(element: HTMLIFrameElement): PageFrame {
  const page = () => element.contentDocument ?? undefined;
  const consent = () => page()?.querySelector("beckon-consent")?.shadowRoot ?? undefined;
  const all = <Found extends HTMLElement>(root: ParentNode | undefined, selector: string) =>
    root ? [...root.querySelectorAll<Found>(selector)].filter(isSeen) : [];
  return {
    element,
    onLoad(listener) {
      const tell = () => {
        const view = element.contentWindow;
        if (view && page()?.URL.startsWith("http")) listener(view);
      };
      element.addEventListener("load", tell);
      if (page()?.readyState === "complete") tell();
    },
    find: (selector) => all<never>(page(), selector)[0],
    findInConsent: (selector) => all<never>(consent(), selector)[0],
    findAll: (selector) => all(page(), selector),
    findAllInConsent: (selector) => all(consent(), selector),
    path: () => {
      const at = page()?.location;
      return at ? at.pathname + at.search : "";
    },
    go(path) {
      element.contentWindow?.history.pushState(null, "", path);
      element.contentWindow?.dispatchEvent(new PopStateEvent("popstate"));
    },
  };
}

function isSeen(found: HTMLElement): boolean {
  return found.checkVisibility({ visibilityProperty: false });
}
