/** How the parts look. Logical directions throughout, so that it reads from right to left as well. */
export const PARTS_CSS = `
:host {
  display: flex;
  flex-direction: column;
  min-block-size: var(--beckon-min-height, 100%);
  background: var(--ground);
  color: var(--ink);
  font: var(--beckon-font-size, 1rem)/1.5 var(--beckon-font, system-ui, sans-serif);
  /* An app's own would come in from above, and stand wrong in a text of another direction. */
  text-align: start;
  text-indent: 0;
  text-transform: none;
  letter-spacing: normal;
  white-space: normal;
  --round: var(--beckon-radius, 1em);
  -webkit-text-size-adjust: 100%;
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
.page { flex: 1 0 auto; display: flex; flex-direction: column; overflow-wrap: anywhere; }
.content { flex: 1 0 auto; inline-size: 100%; max-inline-size: 38em; margin-inline: auto; padding: 1.5em 1.25em 1.75em; }
h2, h3, p, ul, dl, dd, figure, pre { margin: 0; padding: 0; }
h2 { font-size: 1.375em; line-height: 1.3; font-weight: 680; letter-spacing: -0.011em; text-wrap: pretty; outline: none; }
h3 { font-size: 1em; font-weight: 650; }
ul { list-style: none; }
a { color: var(--accent); text-underline-offset: 0.15em; }
.quiet { color: var(--soft); font-size: 0.875em; }
.content > * + * { margin-block-start: 1.25em; }
.content > slot + * { margin-block-start: 0; }
::slotted([slot="icon"]) { display: block; margin-block-end: 1em; }
.fact { display: block; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9em, 100%), 1fr)); gap: 1.25em; }
.facts:has(a) { grid-template-columns: repeat(auto-fit, minmax(min(14em, 100%), 1fr)); }
.label { display: block; font-weight: 600; font-size: 0.875em; color: var(--soft); }
figcaption { color: var(--soft); font-size: 0.8125em; margin-block-start: 0.4em; padding-inline-start: calc(1.3em + 3px); }
q { display: block; margin-block-start: 0.35em; padding: 0.65em 1em; border-inline-start: 3px solid var(--accent); border-radius: 0.25em; background: var(--tint); font-size: 1.0625em; }
.long { display: block; max-block-size: 7.5em; overflow: auto; margin-block: 0.35em; padding: 0.5em 0.75em; border-radius: 0.5em; background: var(--card); }
.card { background: var(--card); border-radius: var(--round); padding: 1em; }
.card > h3 + * { margin-block-start: 0.1em; }
.note { color: var(--soft); font-size: 0.9375em; }
.files { padding: 1em 0 0.25em; }
.files > h3, .files > .sum, .files > .note { margin-inline: 1em; }
.files > .note { padding-block: 0.35em 0.75em; }
.sum { display: block; color: var(--soft); font-size: 0.9375em; font-variant-numeric: tabular-nums; }
.group { margin-block-start: 0.75em; border-block-start: 1px solid var(--line); }
.group-head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; padding-inline-end: 1em; column-gap: 1em; }
.group-head .tick { font-weight: 600; flex: 0 1 auto; }
.group > button { margin-inline-start: 0.5em; }
.files li { display: flex; align-items: center; gap: 0.25em; padding-inline-end: 0.5em; }
.tick { flex: 1 1 auto; min-inline-size: 0; display: flex; align-items: center; gap: 0.75em; min-block-size: 2.75em; padding: 0.4em 0 0.4em 1em; padding-inline: 1em 0; cursor: pointer; }
.file { display: flex; flex-direction: column; min-inline-size: 0; line-height: 1.35; }
.file .quiet { font-size: 0.8125em; font-variant-numeric: tabular-nums; }
input { accent-color: var(--accent); margin: 0; flex: none; }
.tick input { inline-size: 1.375em; block-size: 1.375em; }
.how { display: flex; align-items: center; gap: 0.75em; padding-block: 0.75em; margin-block-start: 0.75em !important; }
.how label { flex: 1; min-block-size: 2.75em; display: flex; flex-direction: column; justify-content: center; line-height: 1.35; cursor: pointer; }
.badge { display: grid; color: var(--soft); }
svg { inline-size: 1.5em; block-size: 1.5em; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
[role="switch"] { appearance: none; inline-size: 3.25em; block-size: 2em; border-radius: 1em; border: 2px solid var(--soft); background: transparent; position: relative; cursor: pointer; transition: background 0.15s, border-color 0.15s; }
[role="switch"]::before { content: ""; position: absolute; inset-block: 0.25em; inset-inline-start: 0.25em; inline-size: 1.25em; border-radius: 50%; background: var(--soft); transition: inset-inline-start 0.15s; }
[role="switch"]:checked { background: var(--accent); border-color: var(--accent); }
[role="switch"]:checked::before { inset-inline-start: 1.5em; background: var(--on-accent); }
button { font: inherit; color: inherit; border: 0; border-radius: 0.85em; padding: 0.6em 1em; min-block-size: max(2.75em, 44px); min-inline-size: 44px; cursor: pointer; background: var(--card); overflow-wrap: anywhere; }
button:active { transform: scale(0.985); }
.answer { background: var(--accent); color: var(--on-accent); font-weight: 650; min-block-size: max(3.125em, 48px); padding-inline: 0.4em; }
.second { background: var(--tint); color: var(--accent); }
.danger { background: var(--danger); color: var(--ground); font-weight: 650; }
.quiet-button { background: transparent; color: var(--accent); font-weight: 600; padding-inline: 0.6em; flex: none; }
[aria-disabled="true"], button:disabled { opacity: 0.55; cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h2:focus-visible { outline: none; }
button, input, a, summary, .long { scroll-margin-block: 1em 13em; }
.bar { position: sticky; inset-block-end: 0; inline-size: 100%; margin-block-start: auto; padding: 0.75em 1.25em max(0.5em, env(safe-area-inset-bottom)); background: var(--ground); border-block-start: 1px solid var(--line); text-align: center; z-index: 1; }
.bar > * { max-inline-size: 35.5em; margin-inline: auto; }
.answers { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 0.75em; }
.answers[hidden] { display: none; }
.stacked { display: grid; gap: 0.6em; }
.no-cost { margin-block-start: 0.6em; font-size: 0.8125em; line-height: 1.35; text-wrap: balance; }
.bar > .quiet-button { display: block; min-block-size: 44px; padding-block: 0.25em; }
.answers + .quiet-button { margin-block-start: 0.35em; }
.why-not { font-size: 0.875em; line-height: 1.35; }
.why-not:not(:empty) { padding-block-end: 0.6em; }
.ending { display: flex; flex-direction: column; align-items: center; text-align: center; gap: 0.75em; padding-block: clamp(1.5em, 9vh, 6em) 0.5em; text-wrap: balance; }
.emblem { display: grid; place-items: center; inline-size: 4em; block-size: 4em; border-radius: 50%; background: var(--tint); color: var(--accent); }
.emblem svg { inline-size: 2em; block-size: 2em; }
.emblem.check { color: var(--good); }
.emblem.trouble { color: var(--danger); }
.emblem.closed, .emblem.none { background: var(--card); color: var(--soft); }
.calm { font-size: 1em; font-weight: 400; color: var(--soft); }
.spinner { inline-size: 2.25em; block-size: 2.25em; border-radius: 50%; border: 3px solid var(--line); border-block-start-color: var(--accent); animation: turn 0.9s linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }
progress { appearance: none; display: block; inline-size: 100%; block-size: 0.375em; border: 0; border-radius: 1em; overflow: hidden; background: var(--line); }
progress::-webkit-progress-bar { background: var(--line); border-radius: 1em; }
progress::-webkit-progress-value { background: var(--accent); border-radius: 1em; transition: inline-size 0.2s; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 1em; }
.whole { block-size: 0.625em; }
.content > .whole + .sum { margin-block-start: 0.5em; text-align: center; }
.row { display: flex; align-items: center; justify-content: space-between; gap: 0.75em; }
.sent { padding-block: 0.25em; }
.sent .row { flex-wrap: wrap; }
.sent .file { flex: 1 1 11em; }
.sent .row button { margin-inline: auto -0.6em; }
.sent li { padding-block: 0.75em; }
.sent li + li { border-block-start: 1px solid var(--line); }
.sent progress { margin-block-start: 0.5em; }
.stamp { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.25em 2em; text-align: center; }
dt { color: var(--soft); font-size: 0.8125em; }
dd { font-weight: 600; }
summary { cursor: pointer; padding-block: 0.65em; font-weight: 600; }
details.card { padding-block: 0.25em; }
details > * + * { margin-block-start: 1em; }
details > :last-child:not(summary) { padding-block-end: 1em; }
p.who { font-weight: 600; }
.plain li + li { margin-block-start: 0.4em; }
dialog { border: 0; padding: 1.25em; color: var(--ink); background: var(--ground); border-radius: var(--round); inline-size: min(34em, 100% - 2em); max-block-size: calc(100% - 2em); box-shadow: 0 1.5em 4em var(--shade); overflow: auto; overscroll-behavior: contain; }
dialog::backdrop { background: #0b0f1799; }
dialog > * + * { margin-block-start: 0.75em; }
.sheet-head { display: flex; align-items: center; justify-content: space-between; gap: 0.5em; margin-block-start: -0.5em; }
.sheet-head h3 { font-size: 1.125em; }
.sheet-head button { margin-inline-end: -0.75em; }
.stack { display: grid; gap: 0.6em; }
.choice { display: flex; justify-content: space-between; align-items: center; gap: 1em; text-align: start; }
.pages { max-block-size: 60vh; overflow: auto; background: var(--card); border-radius: 0.6em; padding: 0.75em; }
pre { font: 0.8125em/1.5 ui-monospace, monospace; white-space: pre-wrap; content-visibility: auto; contain-intrinsic-block-size: auto 60em; }
pre.hex { white-space: pre; overflow-wrap: normal; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 30em) {
  dialog { margin-block-end: 0; margin-inline: 0; inline-size: 100%; max-inline-size: 100%; border-end-start-radius: 0; border-end-end-radius: 0; }
}
/* Where the window is low, as at 200 % on a phone lying down, the buttons would cover what is read. */
@media (max-height: 26em) { .bar { position: static; } button, input, a, summary, .long { scroll-margin-block: 1em; } }
@media (hover: hover) {
  .answer:not(.second):hover { background: color-mix(in srgb, var(--accent) 90%, var(--on-accent)); }
  .danger:hover { background: color-mix(in srgb, var(--danger) 90%, var(--ground)); }
  .quiet-button:hover, .choice:hover { background: var(--tint); }
}
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation-duration: 4s !important; transition: none !important; } button:active { transform: none; } }
@media (forced-colors: active) {
  button, .card, .bar, dialog, q { border: 1px solid CanvasText; }
  .bar { border-width: 1px 0 0; }
  .bar > .quiet-button { margin-block-start: 0.5em; }
  progress { border: 1px solid CanvasText; }
  progress::-webkit-progress-value { background: Highlight; forced-color-adjust: none; }
  [role="switch"] { forced-color-adjust: none; border-color: CanvasText; background: Canvas; }
  [role="switch"]::before { background: CanvasText; }
  [role="switch"]:checked { background: Highlight; border-color: Highlight; }
  [role="switch"]:checked::before { background: HighlightText; }
  [aria-disabled="true"] { color: GrayText; opacity: 1; }
}`;
