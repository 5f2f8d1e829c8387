/** The little of a page that every part of this app needs. */

export function button(label: string, onClick: () => unknown): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", () => void onClick());
  return element;
}

export function find(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

export function say(text: string): void {
  find("#state").textContent = text;
}

/** Shows an element over the page until it is closed. @param onClose also told when the user presses Escape */
export function openDialog(content: HTMLElement, label: string, onClose?: () => void): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", label);
  dialog.append(content);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose?.();
  });
  dialog.showModal();
  return dialog;
}
