import type { Finding } from "./check.ts";

const NAME_WIDTH = 20;

/** One line, also in a file. */
export function renderFinding({ name, state, detail, mend }: Finding): string {
  const line = `${state.padEnd(7)}  ${name.padEnd(NAME_WIDTH)}  ${detail}`;
  return mend === undefined ? line : `${line}  To mend it: ${mend}`;
}
