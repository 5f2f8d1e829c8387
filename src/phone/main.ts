/** The page `/phone`. */
import type { WorkerMessage } from "./handle-push.ts";
import { h } from "./page/dom.ts";
import { openPhonePage, type PhonePage } from "./page/phone-page.ts";
import { readPhoneSettings, type PhoneSettings } from "./page/phone-settings.ts";
import { choosePhoneWords } from "./phone-texts.ts";

const place = document.querySelector("#phone-page") ?? document.body;
const settings = readPhoneSettings(document);
if (settings) holdPhone(settings);
else place.append(choosePhoneWords(navigator.languages).say("page.noSettings"));

/** A phone is in one hand: the window that was opened last has it, and the one before says so. */
function holdPhone(here: PhoneSettings): void {
  let opened: Promise<PhonePage> | undefined;
  const lock = navigator.locks.request(here.key, { steal: true }, async () => {
    opened = openPhonePage(place, here);
    const page = await opened;
    registerWorker(page).catch(() => {}); // a browser without service workers: the stream brings every push
    await new Promise(() => {});
  });
  lock.catch(async (error: unknown) => {
    if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    (await opened)?.stop();
    showElsewhere(here);
  });
}

async function registerWorker(page: PhonePage): Promise<void> {
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => {
    if (data.kind === "beckon-push") page.receive(data.payload);
    else page.open(data.requestId);
  });
  serviceWorker.startMessages();
  await serviceWorker.register("/phone/service-worker.js", { scope: "/phone" });
}

function showElsewhere(here: PhoneSettings): void {
  const { say } = choosePhoneWords(here.languages);
  const use = h("button", { type: "button", onclick: () => location.reload() }, say("page.elsewhere.here"));
  place.replaceChildren(
    h(
      "section",
      { class: "elsewhere" },
      h("h1", {}, say("page.elsewhere")),
      h("p", {}, say("page.elsewhere.what")),
      use,
    ),
  );
}
