import { useSyncExternalStore } from "react";

export interface Store<Value> {
  readonly get: () => Value;
  readonly set: (next: Value | ((before: Value) => Value)) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

/** One value that components follow. Equal values wake nobody. */
export function createStore<Value>(initial: Value): Store<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const after = typeof next === "function" ? (next as (before: Value) => Value)(value) : next;
      if (Object.is(after, value)) return;
      value = after;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** A store that this browser remembers. What cannot be read, or is of another shape, counts as not there. */
export function createKeptStore<Value>(
  key: string,
  initial: Value,
  isValue: (given: unknown) => boolean,
): Store<Value> {
  const store = createStore(read() ?? initial);
  store.subscribe(() => {
    try {
      localStorage.setItem(key, JSON.stringify(store.get()));
    } catch {
      // Storage may be full or switched off; then the choice holds until the page closes.
    }
  });
  addEventListener("storage", (event) => {
    if (event.key === key) store.set(read() ?? initial);
  });
  return store;

  function read(): Value | undefined {
    try {
      const given: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
      return isValue(given) ? (given as Value) : undefined;
    } catch {
      return undefined;
    }
  }
}
