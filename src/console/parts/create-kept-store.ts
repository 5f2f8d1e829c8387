import { createStore, type Store } from "./create-store.ts";

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
