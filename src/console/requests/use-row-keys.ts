import { useEffect, useRef } from "react";
import { useStore } from "#console/parts/create-store.ts";
import { preferences } from "#console/shell/preferences.ts";
import { isChordOpen, isTyping } from "#console/shell/shortcuts.ts";

export interface RowKeys {
  readonly moveTo: (step: 1 | -1) => void;
  readonly select: (() => void) | undefined;
  readonly remind: (() => void) | undefined;
  readonly cancel: (() => void) | undefined;
  readonly download: () => void;
}

/** Single letters for the row that is current, from anywhere on the screen; off where the agent says so. */
export function useRowKeys(keys: RowKeys): void {
  const { singleKeys } = useStore(preferences);
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!singleKeys) return;
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || isChordOpen()) return;
      const { moveTo, select, remind, cancel, download } = latest.current;
      const act = {
        j: () => moveTo(1),
        k: () => moveTo(-1),
        x: select,
        r: remind,
        e: cancel,
        d: download,
      }[event.key];
      if (!act) return;
      act();
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [singleKeys]);
}
