const CSS = `
.field { display: grid; gap: 0.35em; }
.field label { font-weight: 650; }
textarea { font: inherit; color: inherit; inline-size: 100%; min-block-size: 7em; padding: 0.65em 0.8em; border: 1px solid var(--soft); border-radius: 0.75em; background: var(--ground); resize: vertical; }
.parts > * + *, .agreement > * + * { margin-block-start: 1.25em; }
[hidden] { display: none !important; }
.said { white-space: pre-wrap; }
.files ul { margin-block-start: 0.25em; }
.stars { display: flex; justify-content: center; gap: 0.15em; }
.star { position: relative; display: grid; place-items: center; inline-size: 3.125em; block-size: 3.125em; min-inline-size: 44px; min-block-size: 44px; border-radius: 0.75em; color: var(--soft); cursor: pointer; }
.star input { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; opacity: 0; cursor: pointer; }
.star svg { inline-size: 2.25em; block-size: 2.25em; stroke-width: 1.5; }
.star.on { color: var(--accent); }
.star.on svg { fill: currentColor; }
.star:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
.rated-part + .rated-part { margin-block-start: 1em; padding-block-start: 1em; border-block-start: 1px solid var(--line); }
.rated h3 { text-align: center; }
.tags { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.5em; margin-block-start: 0.5em; }
.tags > p { flex: 1 1 100%; text-align: center; }
.tag { display: inline-flex; align-items: center; gap: 0.5em; min-block-size: max(2.75em, 44px); padding: 0.35em 0.9em; border: 1px solid var(--line); border-radius: 2em; background: var(--ground); cursor: pointer; }
.tag input { inline-size: 1.125em; block-size: 1.125em; }
.tag:has(:checked) { border-color: var(--accent); background: var(--tint); }
.also { padding: 0.5em 1em 0.5em 0; padding-inline: 0 1em; }
.also .tick .file { font-weight: 650; }
.also .tick .quiet { font-weight: 400; }
.proposal { margin: 0.5em 0 0.25em; margin-inline: 1em 0; padding: 0.65em 1em; border-inline-start: 3px solid var(--accent); border-radius: 0.25em; background: var(--tint); }
@media (forced-colors: active) {
  .tag, .proposal { border: 1px solid CanvasText; }
  .star { forced-color-adjust: none; color: CanvasText; }
  .star.on { color: Highlight; }
}`;

let sheet: CSSStyleSheet | undefined;

/** What the report and survey screens have beside the consent screen's sheet. */
export function reportStyles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
