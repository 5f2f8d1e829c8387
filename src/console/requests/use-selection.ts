import { useCallback, useState } from "react";

export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  readonly replace: (ids: Iterable<string>) => void;
  readonly clear: () => void;
}

const NONE: ReadonlySet<string> = new Set();

/** Which rows are ticked. Forgotten with the list that it belongs to. */
export function useSelection(listKey: string): Selection {
  const [kept, setKept] = useState<{ readonly key: string; readonly ids: ReadonlySet<string> }>({
    key: listKey,
    ids: NONE,
  });
  const ids = kept.key === listKey ? kept.ids : NONE;
  const replace = useCallback((next: Iterable<string>) => setKept({ key: listKey, ids: new Set(next) }), [listKey]);
  const toggle = useCallback(
    (id: string) =>
      setKept(({ key, ids: before }) => {
        const next = new Set(key === listKey ? before : NONE);
        if (!next.delete(id)) next.add(id);
        return { key: listKey, ids: next };
      }),
    [listKey],
  );
  const clear = useCallback(() => replace(NONE), [replace]);
  return { ids, toggle, replace, clear };
}
