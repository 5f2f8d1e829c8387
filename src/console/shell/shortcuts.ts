import { useEffect, useRef } from "react";
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
        target.closest("input, textarea, select, [role=dialog], [role=alertdialog], [role=menu], [role=listbox]") !==
          null))
  );
}

/** Keys of the whole console. Single letters are off where the agent says so. */
export function useShortcuts({ onHelp, mayWrite }: { readonly onHelp: () => void; readonly mayWrite: boolean }): void {
  const [, navigate] = useLocation();
  const { singleKeys } = useStore(preferences);
  const chordUntil = useRef(0);
  useEffect(() => {
    if (!singleKeys) return;
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      const isChord = performance.now() < chordUntil.current;
      chordUntil.current = 0;
      const to = isChord ? GO_TO[event.key] : undefined;
      if (to !== undefined) navigate(to);
      else if (event.key === "g") chordUntil.current = performance.now() + CHORD_MS;
      else if (event.key === "c" && mayWrite) navigate("/new");
      else if (event.key === "?") onHelp();
      else if (event.key === "/")
        document.querySelector<HTMLElement>("[data-search] input, input[data-search]")?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [singleKeys, navigate, onHelp, mayWrite]);
}
