/** What can be made difficult for the phone. */
export const SWITCHES = ["offline", "slow", "denied", "killed", "metered"] as const;
export type SwitchName = (typeof SWITCHES)[number];

export interface Switches {
  isOn(name: SwitchName): boolean;
  set(name: SwitchName, isOn: boolean): void;
  /** @returns what ends it */
  follow(listener: (name: SwitchName, isOn: boolean) => void): () => void;
}

/** Switches as they were left before the page was loaded again. @param storage such as `sessionStorage` */
export function createSwitches(storage: Pick<Storage, "getItem" | "setItem">, key: string): Switches {
  const left = (storage.getItem(key) ?? "").split(" ");
  const on = new Set<SwitchName>(SWITCHES.filter((name) => left.includes(name)));
  const listeners = new Set<(name: SwitchName, isOn: boolean) => void>();
  return {
    isOn: (name) => on.has(name),
    set(name, isOn) {
      if (on.has(name) === isOn) return;
      if (isOn) on.add(name);
      else on.delete(name);
      storage.setItem(key, [...on].join(" "));
      for (const listener of listeners) listener(name, isOn);
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
