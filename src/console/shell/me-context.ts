import { createContext, use } from "react";
import type { Me } from "#console/api/shapes.ts";

export const MeContext = createContext<Me | undefined>(undefined);

/** Who is signed in; every screen stands inside of the shell, which knows. */
export function useMe(): Me {
  const me = use(MeContext);
  if (!me) throw new Error("This screen stands outside of the shell");
  return me;
}
