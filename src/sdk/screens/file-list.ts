import type { ConsentFile, ConsentReview } from "./consent-types.ts";
import { openFile } from "./dialogs.ts";
import { h } from "./dom.ts";
import type { ScreenContext } from "./screen-context.ts";

type Listed = Pick<ConsentReview, "files" | "leftOut" | "unavailable">;

export interface FileList {
  readonly element: HTMLElement;
  /** The files that are ticked, in their order. */
  chosen(): readonly ConsentFile[];
  /** Rows that are still to be added, a few with each call. */
  readonly further: readonly (() => void)[];
}

/** More rows than this are shown on demand, and these many at a time: each batch is a short task, also on a slow phone. */
const SHOWN_AT_ONCE = 20;

/** As many rows as a slow phone lays out and draws in one short task. */
const ADDED_AT_ONCE = 5;

/** The checklist: files by collector, each with its size and time, a box to untick it, and a look into it. */
export function createFileList(
  context: ScreenContext,
  review: Listed,
  onChange: () => void,
  { isGradual = false } = {},
): FileList {
  const { t, size } = context;
  const further: (() => void)[] = [];
  const ticked = new Set(review.files);
  const groups = new Map<string, ConsentFile[]>();
  for (const file of review.files) groups.set(file.collector, [...(groups.get(file.collector) ?? []), file]);
  const element = h(
    "section",
    { class: "card files", "aria-labelledby": "files-title" },
    h("h3", { id: "files-title" }, t("filesTitle")),
    ...[...groups.values()].map(group),
    ...(review.files.length === 0 ? [h("p", { class: "note" }, t("noFiles"))] : []),
    ...notes(context, review),
  );
  return { element, chosen: () => review.files.filter((file) => ticked.has(file)), further };

  function group(files: readonly ConsentFile[], index: number): HTMLElement {
    const boxes: HTMLInputElement[] = [];
    const label = files[0]?.label ?? "";
    const all = h("input", {
      type: "checkbox",
      "aria-label": t("filesOfGroup", { label }),
      onchange: () => {
        for (const file of files) tick(file, all.checked);
        for (const box of boxes) box.checked = all.checked;
        changed();
      },
    });
    const sum = h("span", { class: "quiet" });
    const rows = h("ul", { "aria-labelledby": `group-${index}` });
    const more = h("button", {
      type: "button",
      class: "quiet-button",
      "data-act": "show-all",
      onclick: () => showAll(),
    });
    more.textContent = t("showAll", { total: files.length });
    const atFirst = !isGradual ? SHOWN_AT_ONCE : index === 0 ? ADDED_AT_ONCE : 0;
    const pending: (() => void)[] = [];
    append(0, atFirst);
    for (let from = atFirst; from < Math.min(files.length, SHOWN_AT_ONCE); from += ADDED_AT_ONCE) {
      pending.push(() => append(from, Math.min(from + ADDED_AT_ONCE, SHOWN_AT_ONCE)));
      further.push(() => pending.shift()?.());
    }
    changed(false);
    return h(
      "div",
      { class: "group", role: "group", "aria-labelledby": `group-${index}` },
      h(
        "div",
        { class: "group-head" },
        h(
          "label",
          { class: "tick" },
          files.length > 1 ? all : undefined,
          h("span", { id: `group-${index}`, dir: "auto" }, label),
        ),
        sum,
      ),
      rows,
      files.length > SHOWN_AT_ONCE ? more : undefined,
    );

    function append(from: number, to: number): void {
      rows.append(...files.slice(from, to).map((file) => row(file, boxes, () => changed())));
    }

    /** In batches, so that 500 files never hold up a tap. */
    function showAll(): void {
      more.remove();
      for (const add of pending.splice(0)) add();
      const first = rows.children.length;
      const step = (from: number): void => {
        append(from, from + SHOWN_AT_ONCE);
        if (from === first) rows.children[first]?.querySelector("input")?.focus();
        if (from + SHOWN_AT_ONCE < files.length) setTimeout(() => step(from + SHOWN_AT_ONCE));
      };
      step(first);
    }

    function changed(isByUser = true): void {
      const now = files.filter((file) => ticked.has(file));
      all.checked = now.length === files.length;
      all.indeterminate = now.length > 0 && now.length < files.length;
      sum.textContent = t("chosen", { count: now.length, size: size(total(now)) });
      if (isByUser) onChange();
    }
  }

  function row(file: ConsentFile, boxes: HTMLInputElement[], changed: () => void): HTMLElement {
    const box = h("input", {
      type: "checkbox",
      onchange: () => {
        tick(file, box.checked);
        changed();
      },
    });
    box.checked = ticked.has(file);
    boxes.push(box);
    const look = h(
      "button",
      {
        type: "button",
        class: "quiet-button",
        "data-act": "look",
        "aria-label": t("lookAt", { name: file.name }),
        onclick: () => openFile(context, file),
      },
      t("look"),
    );
    const facts = `${size(file.sizeBytes)} · ${timeOf(file)}`;
    return h(
      "li",
      { "data-file": file.name, "data-collector": file.collector },
      h(
        "label",
        { class: "tick" },
        box,
        h("span", { class: "file" }, h("bdi", {}, file.name), h("span", { class: "quiet" }, facts)),
      ),
      look,
    );
  }

  function tick(file: ConsentFile, isTicked: boolean): void {
    if (isTicked) ticked.add(file);
    else ticked.delete(file);
  }

  function timeOf({ coversFrom, coversTo, modifiedAt }: ConsentFile): string {
    if (!coversFrom || !coversTo) return t("changedAt", { at: context.moment(modifiedAt) });
    return context.span(coversFrom, coversTo);
  }
}

/** What would not be sent although it was asked for: named, so that nobody believes that it was. */
function notes({ t, size, list }: ScreenContext, { leftOut, unavailable }: Listed): HTMLElement[] {
  const files = leftOut.map(({ name, sizeBytes }) => `${name} (${size(sizeBytes)})`);
  const collectors = unavailable.map(({ collector }) => collector);
  return [
    ...(files.length > 0
      ? [h("p", { class: "note", "data-left-out": true }, t("leftOut", { files: list(files) }))]
      : []),
    ...(collectors.length > 0
      ? [h("p", { class: "note", "data-unavailable": true }, t("unavailable", { collectors: list(collectors) }))]
      : []),
  ];
}

/** @returns bytes */
export function total(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
