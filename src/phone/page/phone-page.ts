import { openAppLogs } from "#phone/app/app-logs.ts";
import { makeBigLog } from "#phone/app/big-log.ts";
import { createCollectors } from "#phone/app/collectors.ts";
import { createDeviceToken } from "#phone/app/device-token.ts";
import { type SampleApp, startSampleApp } from "#phone/app/sample-app.ts";
import { createTwinFilter, handlePush, type PushRoad } from "#phone/handle-push.ts";
import { choosePhoneWords } from "#phone/phone-texts.ts";
import { describeHappening, type Happening } from "#phone/system/happenings.ts";
import { keepPushAddress } from "#phone/system/push-address.ts";
import { followPushes } from "#phone/system/push-service.ts";
import { createRadio } from "#phone/system/radio.ts";
import { createShade } from "#phone/system/shade.ts";
import { createSwitches } from "#phone/system/switches.ts";
import { type BeckonPush, defaultUpload, indexedDbStorage, systemClock } from "#sdk/create-beckon.ts";
import { createConsentHost } from "./consent-host.ts";
import { describeDevice } from "./describe-device.ts";
import { giveWay } from "./give-way.ts";
import { createHomeScreen } from "./home-screen.ts";
import { createLockScreen } from "./lock-screen.ts";
import { createPhoneFrame, type ScreenName, SCREENS } from "./phone-frame.ts";
import type { PhoneSettings } from "./phone-settings.ts";
import { createReceiptsScreen } from "./receipts-screen.ts";
import { createSwitchPanel } from "./switch-panel.ts";

/** How often the app writes a line of its own accord. */
const HEARTBEAT_MS = 15_000;

export interface PhonePage {
  /** A push that the service worker got. */
  receive(payload: string): void;
  /** A notification of the browser's own was tapped. */
  open(requestId: string): void;
  /** Ends all that is under way here; the phone goes on in another window. */
  stop(): void;
}

/** Draws the phone into `place` and turns it on. */
export async function openPhonePage(place: Element, settings: PhoneSettings): Promise<PhonePage> {
  const { apiUrl, emulatorUrl, user, phone, key, languages, logsMb } = settings;
  const words = choosePhoneWords(languages);
  const person = asName(user);
  const model = asName(phone);
  const stopping = new AbortController();

  // ── The phone: what stays when the app is gone ──────────────────────────────────────────────────────────────────
  const system = indexedDbStorage(`${key}/system`);
  const logStorage = indexedDbStorage(`${key}/logs`);
  const switches = createSwitches(sessionStorage, `${key}/switches`);
  const shade = createShade(sessionStorage, `${key}/shade`, Date.now);
  const fetch = globalThis.fetch.bind(globalThis);
  const radio = createRadio({ switches, fetch, send: defaultUpload(fetch), clock: systemClock });
  const address = await keepPushAddress(system, emulatorUrl);
  const logs = await openAppLogs(logStorage);
  const channel = new BroadcastChannel("beckon-phone");

  function tell(happening: Happening): void {
    if (happening.kind === "started") frame.showApp(happening.isRegistered ? "registered" : "offline");
    channel.postMessage({ phone, user, ...happening });
    logs.note(happening);
    const text = describeHappening(happening, words);
    // Words can wait until what was tapped has been drawn.
    if (text !== undefined) void giveWay().then(() => panel.note(text));
  }

  // ── The app ─────────────────────────────────────────────────────────────────────────────────────────────────────
  const bigLog = logsMb > 0 ? makeBigLog(logStorage, logsMb, giveWay) : undefined;
  const collectors = createCollectors({
    appLog: logs.appLog,
    callLog: logs.callLog,
    bigLog,
    describeDevice: () => describeDevice(model, switches),
    labels: {
      app: words.say("collector.app"),
      "acs-calling": words.say("collector.acs-calling"),
      system: words.say("collector.system"),
    },
  });
  const getToken = createDeviceToken({ apiUrl, user, fetch: radio.fetch });
  let app: SampleApp | undefined;

  function startApp(): SampleApp {
    app = startSampleApp({
      baseUrl: apiUrl,
      getToken,
      address,
      storage: indexedDbStorage(`${key}/app`),
      radio,
      collectors,
      locale: words.locale,
      device: { model, osVersion: "Beckon's simulated phone", appVersion: "4.2.0" },
      areNotificationsAllowed: () => !switches.isOn("denied"),
      onCards: () => home.showCards(app?.cards() ?? []),
      onProgress: consent.progress,
      onClosed(closed) {
        shade.closePrompt(closed.requestId);
        consent.closed(closed);
      },
      onHappening: tell,
    });
    home.showApp(true);
    frame.showApp("starting");
    void app.comeForward();
    return app;
  }

  function killApp(): void {
    consent.close();
    app?.kill();
    app = undefined;
    home.showCards([]);
    home.showApp(false);
    frame.showApp("none");
  }

  // ── What is seen of it ──────────────────────────────────────────────────────────────────────────────────────────
  const consent = createConsentHost({ locale: words.locale, onClose: () => goTo("home") });
  const home = createHomeScreen({
    words,
    person,
    onCard: openRequest,
    onCall: () => void call(),
    onReceipts: () => goTo("receipts"),
    onRestart() {
      if (switches.isOn("killed")) return switches.set("killed", false);
      killApp();
      startApp();
    },
  });
  const receipts = createReceiptsScreen({ words, onBack: () => goTo("home"), onOpen: openRequest });
  const lock = createLockScreen({ words, shade, onUnlock: unlock, onTap: openRequest });
  const frame = createPhoneFrame({
    words,
    switches,
    screens: { lock, home: home.element, consent: consent.element, receipts: receipts.element },
    onLock: () => goTo("lock"),
  });
  const another = new URL(location.href);
  another.searchParams.set("phone", phone === "tablet" ? "pixel" : "tablet");
  const panel = createSwitchPanel({ words, switches, person, anotherPhone: another.href });

  function goTo(screen: ScreenName, moveFocus = true): void {
    if (screen === "receipts" && app) void receipts.refresh(app.beckon.requests);
    if (screen !== "consent" && screen !== "lock") consent.close();
    frame.show(screen, moveFocus);
    const requestId = consent.requestId();
    sessionStorage.setItem(`${key}/screen`, JSON.stringify({ screen, requestId }));
    tell({ kind: "screen", screen, requestId });
  }

  function unlock(): void {
    shade.clearOver();
    void app?.comeForward();
    goTo(consent.requestId() === undefined ? "home" : "consent");
  }

  function openRequest(requestId: string): void {
    void openSoon(requestId);
  }

  /** In tasks of their own: the tap's, the app's, and what nobody sees any more. */
  async function openSoon(requestId: string): Promise<void> {
    await giveWay();
    // Tapped while the app is gone: the system starts it.
    switches.set("killed", false);
    consent.open((app ?? startApp()).beckon, requestId);
    goTo("consent");
    await giveWay();
    shade.clearOver();
    shade.closePrompt(requestId);
  }

  async function call(): Promise<void> {
    home.showCalling(true);
    await logs.call();
    home.showCalling(false);
    home.showCalls(await logs.calls());
    tell({ kind: "called" });
  }

  // ── Pushes, by the stream or by the service worker ──────────────────────────────────────────────────────────────
  const isTwin = createTwinFilter();
  let missed: string[] = [];

  async function receive(road: PushRoad, payload: string): Promise<void> {
    // Nothing reaches a phone without network. The stream brings its own again; what the worker got waits here.
    if (switches.isOn("offline")) return void missed.push(payload);
    if (isTwin(road, payload)) return;
    const isAllowed = !switches.isOn("denied");
    let isShown = false;
    await handlePush(payload, {
      notify(notification) {
        const isOpen = frame.current() === "consent" && consent.requestId() === notification.push?.requestId;
        if (isAllowed && !isOpen) isShown = shade.show(notification);
      },
      wake(push) {
        // Without permission a browser has no subscription: the app hears of it when it is opened.
        const listener = isAllowed ? app : undefined;
        tell({ kind: "pushed", push, road, isAllowed, isShown, isHeard: listener !== undefined });
        if (listener) void wakeApp(listener, push);
      },
    });
  }

  async function wakeApp(listener: SampleApp, push: BeckonPush): Promise<void> {
    try {
      await listener.beckon.handle(push);
      // The API knows better than a push that came late, or for another user of this browser.
      const isAsked = listener.cards().some(({ kind, requestId }) => kind === "asked" && requestId === push.requestId);
      if (!isAsked) shade.closePrompt(push.requestId);
    } catch {
      // Without an answer the notification stays, and leads to the request when somebody taps it.
    }
  }

  switches.follow((name, isOn) => {
    tell({ kind: "switched", name, isOn });
    if (name === "killed") {
      if (isOn) {
        killApp();
        goTo("lock", false);
      } else {
        startApp();
      }
    }
    if (name === "denied") void app?.comeForward();
    if (name === "offline" && !isOn) {
      const waiting = missed;
      missed = [];
      for (const payload of waiting) void receive("worker", payload);
      void app?.comeForward();
    }
  });

  // ── On ──────────────────────────────────────────────────────────────────────────────────────────────────────────
  document.documentElement.lang = words.language;
  document.documentElement.dir = words.direction;
  document.title = words.say("page.title", { person });
  place.replaceChildren(frame.element, panel.element);
  home.showCalls(await logs.calls());
  if (switches.isOn("killed")) home.showApp(false);
  else startApp();
  restoreScreen();
  void followPushes({
    endpoint: address.channel.endpoint,
    fetch: radio.fetch,
    storage: system,
    onPayload: (payload) => receive("stream", payload),
    signal: stopping.signal,
  });
  void bigLog?.then(({ size }) => tell({ kind: "bigLog", sizeBytes: size }));
  const heartbeat = setInterval(() => {
    if (app) void logs.appLog.write("DEBUG", `[app] alive screen=${frame.current()}`);
  }, HEARTBEAT_MS);

  /** Where the page was before it was loaded again. */
  function restoreScreen(): void {
    const left = JSON.parse(sessionStorage.getItem(`${key}/screen`) ?? "{}") as { screen?: string; requestId?: string };
    const screen = SCREENS.find((name) => name === left.screen) ?? "lock";
    if (left.requestId !== undefined && app) consent.open(app.beckon, left.requestId);
    goTo(screen === "consent" && consent.requestId() === undefined ? "home" : screen, false);
  }

  return {
    receive: (payload) => void receive("worker", payload),
    open: openRequest,
    stop() {
      stopping.abort();
      clearInterval(heartbeat);
      killApp();
      channel.close();
    },
  };
}

/** `ann@example.com` is Ann's. */
function asName(id: string): string {
  const [first = id] = id.split(/[@._-]/);
  return first.charAt(0).toUpperCase() + first.slice(1);
}
