import { useEffect } from "react";
import { useLocation } from "wouter";
import { useStore } from "#console/parts/create-store.ts";
import { preferences } from "./preferences.ts";

/** After `g`, this long, a second letter leads to a screen. */
const CHORD_MS = 1_200;

const GO_TO: Readonly<Record<string, string>> = {
  r: "/",
  t: "/tickets",
  p: "/people",
  e: "/templates",
  i: "/insights",
  a: "/audit",
  s: "/settings",
};

let chordUntil = 0;

/** Whether a `g` waits for its second letter, which then means a screen and nothing else. */
export function isChordOpen(): boolean {
  return performance.now() < chordUntil;
}

/** Letters that press a button of the screen, which says so itself (`aria-keyshortcuts`). */
const PRESSES = ["r", "e", "d"];

function press(key: string): boolean {
  const button = document.querySelector<HTMLElement>(`#main button[aria-keyshortcuts="${key}"]:not(:disabled)`);
  button?.click();
  return button !== null;
}

/** Where letters are text, or belong to what lies above the page. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    (target instanceof HTMLElement &&
      (target.isContentEditable ||
        target.closest(
          "input:not([type=checkbox]), textarea, select, [role=dialog], [role=alertdialog], [role=menu], [role=listbox]",
        ) !== null))
  );
}

interface Shortcuts {
  readonly onHelp: () => void;
  readonly mayWrite: boolean;
}

/** Keys of the whole console. Single letters are off where the agent says so. */
export function useShortcuts({ onHelp, mayWrite }: Shortcuts): void {
  const [, navigate] = useLocation();
  const { singleKeys } = useStore(preferences);
  useEffect(() => {
    if (!singleKeys) return;
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      const isChord = isChordOpen();
      chordUntil = 0;
      const to = isChord ? GO_TO[event.key] : undefined;
      if (to !== undefined) navigate(to);
      else if (event.key === "g") chordUntil = performance.now() + CHORD_MS;
      else if (event.key === "c" && mayWrite) navigate("/new");
      else if (event.key === "?") onHelp();
      else if (event.key === "/")
        document.querySelector<HTMLElement>("[data-search] input, input[data-search]")?.focus();
      else if (!PRESSES.includes(event.key) || !press(event.key)) return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [singleKeys, navigate, onHelp, mayWrite]);
}
