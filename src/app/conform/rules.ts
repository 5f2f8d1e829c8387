import { BLOCK_RULES } from "./block-rules.ts";
import { PROMPT_RULES } from "./prompt-rules.ts";
import type { Rule } from "./rule.ts";
import { TEST_PUSH_RULES } from "./test-push-rules.ts";
import { UPLOAD_RULES } from "./upload-rules.ts";

const ALL = { ...PROMPT_RULES, ...UPLOAD_RULES, ...BLOCK_RULES, ...TEST_PUSH_RULES } as const;
export type RuleName = keyof typeof ALL;

/** Everything that must be true of an app, by name. */
export const RULES: Readonly<Record<RuleName, Rule>> = ALL;

/** Not to be broken in any scenario, whatever else it is about. */
export const EVERYWHERE = [
  "contract",
  "own-requests-only",
  "no-prompt-after-close",
  "text-as-shown",
  "within-request",
  "announced-bytes",
  "given-headers",
  "blocks-where-offered",
  "token-stays-home",
  "tells-truth",
  "stops-when-over",
] as const satisfies readonly RuleName[];
