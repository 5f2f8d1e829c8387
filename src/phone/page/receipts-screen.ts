import type { PhoneTextKey, PhoneWords } from "#phone/phone-texts.ts";
import type { DeviceLogRequest, RequestState } from "#sdk/create-beckon.ts";
import { h, icon } from "./dom.ts";

/** Requests that were answered with a yes, whatever became of it. */
const SHARED = ["consented", "uploaded", "linked", "withdrawn", "rejected"] as const satisfies readonly RequestState[];

export interface ReceiptsScreen {
  readonly element: HTMLElement;
  /** Reads what was shared and shows it. */
  refresh(readRequests: (states: readonly RequestState[]) => Promise<readonly DeviceLogRequest[]>): Promise<void>;
}

/** Settings › Privacy › Shared logs: each leads to its receipt, where it can be taken back. */
export function createReceiptsScreen({
  words,
  onBack,
  onOpen,
}: {
  words: PhoneWords;
  onBack: () => void;
  onOpen: (requestId: string) => void;
}): ReceiptsScreen {
  const { say, size } = words;
  const list = h("ul", { class: "receipts" });
  const note = h("p", { class: "note" });
  const element = h(
    "section",
    { class: "screen receipts-screen" },
    h(
      "header",
      { class: "bar" },
      h(
        "button",
        { type: "button", "data-act": "home", onclick: onBack, "aria-label": say("receipts.back") },
        icon("back"),
      ),
      h("h2", { tabindex: -1 }, say("receipts.title")),
    ),
    note,
    list,
  );

  return {
    element,
    async refresh(readRequests) {
      note.textContent = list.children.length === 0 ? say("receipts.loading") : "";
      try {
        const requests = await readRequests(SHARED);
        // Only what was shared: a request can be rejected without a single file.
        const shared = requests.filter(({ decision, files }) => decision === "share" && files.length > 0);
        list.replaceChildren(...shared.map(asRow));
        note.textContent = shared.length === 0 ? say("receipts.none") : "";
      } catch (error) {
        note.textContent = say("receipts.trouble", { message: error instanceof Error ? error.message : "" });
      }
    },
  };

  function asRow({ id, state, ticketNumber, files }: DeviceLogRequest): HTMLElement {
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "row", "data-receipt": id, "data-state": state, onclick: () => onOpen(id) },
        icon("file"),
        h(
          "span",
          {},
          h("strong", {}, say("receipts.ticket", { ticket: String(ticketNumber) })),
          h("span", {}, say("receipts.files", { count: files.length, size: size(sizeBytes) })),
          h("span", { class: `state state-${state}` }, say(`receipts.state.${state}` as PhoneTextKey)),
        ),
        icon("chevron"),
      ),
    );
  }
}
