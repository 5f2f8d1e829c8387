import type { ConsentFile } from "./consent-types.ts";
import { h } from "./dom.ts";
import { hexLines, isBinary, readBytes, SHOWN_AT_ONCE_BYTES } from "./read-text.ts";
import type { ScreenContext } from "./screen-context.ts";

const HEX_BYTES = 256;

/** Shows what is in a file: the very bytes that would be sent. */
export function openFile(context: ScreenContext, file: ConsentFile): void {
  const { t, size } = context;
  const pages = h("div", { class: "pages", tabindex: "0", role: "region", "aria-label": file.name, dir: "ltr" });
  const hint = h("p", { class: "quiet" }, t("whatIsShown"));
  const status = h("span", { class: "quiet" });
  const more = h("button", { class: "quiet-button", type: "button", hidden: true, onclick: () => void next() });
  more.textContent = t("showMore");
  const dialog = sheet(context, file.name, "look", hint, pages, h("div", { class: "row" }, status, more));
  const decoder = new TextDecoder();
  let shownBytes = 0;

  async function next(): Promise<void> {
    more.disabled = true;
    try {
      const bytes = await readBytes(file, shownBytes, SHOWN_AT_ONCE_BYTES);
      if (shownBytes === 0 && file.sizeBytes > 0 && isBinary(bytes)) return showHex(bytes.subarray(0, HEX_BYTES));
      shownBytes += bytes.length;
      const isAll = shownBytes >= file.sizeBytes;
      // Each page is laid out only when it comes into sight.
      pages.append(h("pre", {}, decoder.decode(bytes, { stream: !isAll })));
      hint.textContent = file.sizeBytes === 0 ? t("emptyFile") : t("whatIsShown");
      status.textContent = t("shownOf", { shown: size(shownBytes), size: size(file.sizeBytes) });
      more.hidden = isAll;
    } catch {
      hint.textContent = t("readFailed");
      context.announce(t("readFailed"));
    } finally {
      more.disabled = false;
    }
  }

  function showHex(bytes: Uint8Array): void {
    hint.textContent = t("cannotBeRead", { size: size(file.sizeBytes) });
    status.textContent = t("firstBytes", { count: bytes.length });
    pages.append(h("pre", { class: "hex" }, hexLines(bytes)));
  }

  context.open(dialog);
  void next();
}

/** Asks before something that cannot be undone. The focus is on the button that changes nothing. */
export function confirm(
  context: ScreenContext,
  {
    title,
    hint,
    yes,
    no,
  }: { readonly title: string; readonly hint: string; readonly yes: string; readonly no: string },
  then: () => void,
): void {
  const dialog: HTMLDialogElement = sheet(
    context,
    title,
    "confirm",
    h("p", {}, hint),
    h(
      "div",
      { class: "stack" },
      h(
        "button",
        { type: "button", class: "danger", "data-act": "confirm", onclick: () => (dialog.close(), then()) },
        yes,
      ),
      h("button", { type: "button", "data-act": "cancel", autofocus: true, onclick: () => dialog.close() }, no),
    ),
  );
  context.open(dialog);
}

/** Offers times, and says what the last one is. */
export function chooseLater(
  context: ScreenContext,
  choices: readonly { readonly label: string; readonly until: Date }[],
  answerBy: string,
): void {
  const { t } = context;
  const dialog: HTMLDialogElement = sheet(
    context,
    t("laterTitle"),
    "later",
    h(
      "div",
      { class: "stack" },
      ...choices.map(({ label, until }) =>
        h(
          "button",
          {
            type: "button",
            class: "choice",
            "data-later": until.toISOString(),
            onclick: () => {
              dialog.close();
              context.emit("beckon-later", { until });
            },
          },
          h("span", {}, label),
          h("span", { class: "quiet" }, context.time(until)),
        ),
      ),
    ),
    h("p", { class: "quiet" }, t("answerBy", { at: context.moment(answerBy) })),
  );
  context.open(dialog);
}

/** A dialog with a title, and a way out of it: Escape, a tap beside it, and a button. */
function sheet(context: ScreenContext, title: string, name: string, ...content: readonly HTMLElement[]) {
  const close = { type: "button", class: "quiet-button", "data-act": "cancel", onclick: () => dialog.close() } as const;
  const dialog: HTMLDialogElement = h(
    "dialog",
    { "aria-labelledby": "sheet-title", "data-sheet": name, closedby: "any" },
    h(
      "div",
      { class: "sheet-head" },
      h("h3", { id: "sheet-title", dir: "auto" }, title),
      // Who is asked to confirm has a button that says what it keeps.
      name === "confirm" ? undefined : h("button", close, context.t("close")),
    ),
    ...content,
  );
  return dialog;
}
