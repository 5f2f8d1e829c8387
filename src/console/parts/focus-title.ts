let isWanted = false;

/** Takes the focus to the new screen's heading; or leaves word, where the screen's code is still on its way. */
export function focusTitle(): void {
  const title = document.getElementById("page-title");
  isWanted = title === null;
  title?.focus({ preventScroll: true });
}

/** Called when a heading has been drawn. */
export function focusTitleIfWanted(): void {
  if (isWanted) focusTitle();
}

/** Half a second, at the pace of most screens. */
const FRAMES = 30;

/**
 * Where what had the focus is gone, to the heading; else whoever reads by keyboard begins anew at the top of the page. More than
 * once, because a dialog that goes together with its own place takes the focus away again until it is done.
 */
export function focusTitleIfLost(frames = FRAMES): void {
  requestAnimationFrame(() => {
    const at = document.activeElement;
    if (at === null || at === document.body) focusTitle();
    else if (at.id !== "page-title") return;
    if (frames > 1) focusTitleIfLost(frames - 1);
  });
}
