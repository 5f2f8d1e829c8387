import { PARTS_CSS } from "./parts-css.ts";

/**
 * Colours and shape. Each `--beckon-*` property may be set by the app on the element or above it; what it does not set
 * is ours, light or dark as the system is, or as the attribute `theme` says. Those of text have 4.5:1 on their ground.
 */
const LIGHT = `
  --ground: var(--beckon-background, #ffffff);
  --card: var(--beckon-surface, #f5f6f8);
  --ink: var(--beckon-text, #15191f);
  --soft: var(--beckon-muted, #545c68);
  --line: var(--beckon-line, #dfe2e8);
  --accent: var(--beckon-accent, #1f5fd0);
  --on-accent: var(--beckon-on-accent, #ffffff);
  --tint: var(--beckon-tint, #e8effc);
  --danger: var(--beckon-danger, #b3261e);
  --good: var(--beckon-good, #12703a);
  --shade: #0f172a26;
  color-scheme: light;`;

const DARK = `
  --ground: var(--beckon-background, #14171c);
  --card: var(--beckon-surface, #1d2128);
  --ink: var(--beckon-text, #f0f2f5);
  --soft: var(--beckon-muted, #a7b0bd);
  --line: var(--beckon-line, #333a45);
  --accent: var(--beckon-accent, #8ab4ff);
  --on-accent: var(--beckon-on-accent, #0b1b38);
  --tint: var(--beckon-tint, #1f2c45);
  --danger: var(--beckon-danger, #ffb4ab);
  --good: var(--beckon-good, #7ddba0);
  --shade: #00000080;
  color-scheme: dark;`;

const CSS = `
:host { ${LIGHT} }
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${DARK} } }
:host([theme="dark"]) { ${DARK} }
${PARTS_CSS}`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all screens of a page: it is adopted, so that a policy without inline styles lets it be. */
export function consentStyles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
