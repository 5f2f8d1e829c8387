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

/** Where what had the focus is gone, to the heading; for whoever reads by keyboard begins anew at the top of the page otherwise. */
export function focusTitleIfLost(): void {
  // Once it is gone from the page; a dialog gives the focus back in the same frame, if it can.
  requestAnimationFrame(() => {
    const at = document.activeElement;
    if (at === null || at === document.body) focusTitle();
  });
}
