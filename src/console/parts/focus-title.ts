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
