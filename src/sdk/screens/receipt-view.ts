import type { ConsentPhase, ConsentReceipt, ReceiptFile } from "./consent-types.ts";
import { confirm } from "./dialogs.ts";
import { h, icon } from "./dom.ts";
import { doneButton, downloads } from "./ending-views.ts";
import type { ScreenContext, View } from "./screen-context.ts";
import { showText } from "./show-text.ts";

type Shared = Extract<ConsentPhase, { kind: "shared" }>;

/** The receipt: what was shared and what became of it, what was agreed to, and the way back. */
export function receiptView(context: ScreenContext, first: Shared): View {
  const { t } = context;
  const { receipt, isElsewhere, downloadedBefore } = first;
  const hasFiles = receipt.files.length > 0;
  const heading = h("h2", { tabindex: "-1" }, hasFiles ? t("shared") : t("sharedNothing"));
  const rows = receipt.files.map((file) => ({ file, element: receiptRow(context, file) }));
  const back = h(
    "button",
    { type: "button", class: "answer second", "data-act": "take-back", onclick: () => confirmTakeBack(context) },
    t("takeBack"),
  );
  return {
    heading,
    body: body(),
    bar: h(
      "div",
      { class: "bar" },
      h("div", { class: "stacked" }, doneButton(context), canTakeBack(receipt) ? back : undefined),
    ),
    update: (phase) => phase.kind === "shared" && isAlike(phase) && update(phase),
  };

  function* body(): Generator<HTMLElement> {
    yield h("div", { class: "ending" }, h("div", { class: "emblem check" }, icon("check")), heading);
    if (isElsewhere) yield h("p", { class: "note" }, t("sharedElsewhere"));
    yield h(
      "dl",
      { class: "stamp" },
      h("div", {}, h("dt", {}, t("sharedAt")), h("dd", {}, context.moment(receipt.decidedAt))),
      h("div", {}, h("dt", {}, t("ticket")), h("dd", {}, String(receipt.ticketNumber))),
    );
    if (hasFiles) yield h("ul", { class: "card sent" }, ...rows.map(({ element }) => element));
    if (downloadedBefore) yield downloads(context, downloadedBefore, receipt.files);
    yield asShown();
  }

  function asShown(): HTMLElement {
    const text = showText(context, receipt.consentText, receipt.shown, false);
    return h(
      "details",
      { class: "card" },
      h("summary", {}, t("asShown")),
      text.heading,
      ...text.paragraphs.map(({ element }) => element),
    );
  }

  /** Only what became of the files has changed. */
  function isAlike(next: Shared): boolean {
    const names = ({ files }: ConsentReceipt) => files.map(({ id }) => id).join();
    return (
      names(next.receipt) === names(receipt) &&
      canTakeBack(next.receipt) === canTakeBack(receipt) &&
      next.receipt.requestId === receipt.requestId &&
      next.isElsewhere === isElsewhere &&
      next.downloadedBefore === downloadedBefore
    );
  }

  /** A file at a time, so that a button that somebody is about to press stays. */
  function update({ receipt: { files } }: Shared): true {
    for (const [index, row] of rows.entries()) {
      const file = files[index];
      if (!file || JSON.stringify(file) === JSON.stringify(row.file)) continue;
      const element = receiptRow(context, file);
      row.element.replaceWith(element);
      rows[index] = { file, element };
    }
    return true;
  }
}

function canTakeBack({ files, withdrawnAt }: ConsentReceipt): boolean {
  return withdrawnAt === undefined && files.some(isThere);
}

export function receiptRow(
  context: ScreenContext,
  { id, name, sizeBytes, state, deleteAfter }: ReceiptFile,
): HTMLElement {
  const { t, size } = context;
  const until =
    deleteAfter !== undefined && state !== "deleted" ? ` · ${t("keptUntil", { at: context.day(deleteAfter) })}` : "";
  const back = h(
    "button",
    {
      type: "button",
      class: "quiet-button",
      "data-act": "take-back",
      "data-file-id": id,
      "aria-label": t("takeBackFileNamed", { name }),
      onclick: () => confirmTakeBack(context, { id, name }),
    },
    t("takeBackFile"),
  );
  return h(
    "li",
    { "data-file": name, "data-state": state },
    h(
      "span",
      { class: "row" },
      h(
        "span",
        { class: "file" },
        h("bdi", {}, name),
        h("span", { class: "quiet" }, `${size(sizeBytes)} · ${t(`state.${state}`)}${until}`),
      ),
      isThere({ state }) ? back : undefined,
    ),
  );
}

/** What was refused or never came is not there to be taken back. */
export function isThere({ state }: Pick<ReceiptFile, "state">): boolean {
  return state === "announced" || state === "uploaded" || state === "linked";
}

/** Asks before a take-back: of one file, or of all. */
export function confirmTakeBack(context: ScreenContext, file?: { readonly id: string; readonly name: string }): void {
  const { t, emit } = context;
  const words = {
    title: file ? t("takeBackFileTitle", { name: file.name }) : t("takeBackTitle"),
    hint: t("takeBackHint"),
    yes: t("takeBackYes"),
    no: t("takeBackNo"),
  };
  confirm(context, words, () => emit("beckon-take-back", file ? { fileIds: [file.id] } : {}));
}
