import { useEffect, useRef } from "react";
import { useStore } from "#console/parts/create-store.ts";
import { timesOpened } from "./connection.ts";

/** Does something each time that the server is there again after it was away, however short; not at the first time. */
export function useWhenBack(act: () => void): void {
  const times = useStore(timesOpened);
  const before = useRef(times);
  useEffect(() => {
    const isBack = before.current > 0 && times > before.current;
    before.current = times;
    if (isBack) act();
    // When it comes back, and not at each error: what is refused is not asked for again and again.
  }, [times]);
}
