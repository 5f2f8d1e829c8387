/** The page `/demo`: console and phone side by side, played by whoever looks, or for them. */
import { readPhoneSettings } from "#phone/page/phone-settings.ts";
import type { Observation } from "./observation.ts";
import { createPageFrame, type PageFrame } from "./page-frame.ts";
import { playOnStage } from "./play-on-stage.ts";
import { createPlayer, PACES, type Pace } from "./player.ts";
import { createPointer } from "./pointer.ts";
import { createStageHands } from "./stage-hands.ts";
import { createStageView, type StageView } from "./stage-view.ts";
import { chooseStageWords, type StageWords } from "./stage-words.ts";
import { createStory } from "./tell-story.ts";
import { watchParts } from "./watch-parts.ts";

const settings = readPhoneSettings(document);
const wished = new URLSearchParams(location.search).get("lang");
// Arabic is a check of the layout, there for whoever asks for it by name.
const words = chooseStageWords(wished ? [wished] : navigator.languages.filter((tag) => !tag.startsWith("ar")));
document.documentElement.lang = words.language;
document.documentElement.dir = words.direction;
document.title = words.say("stage.title");
if (settings) openStage(settings, words);
else document.body.append(words.say("stage.noSettings"));

function openStage({ user, emulatorUrl }: NonNullable<typeof settings>, { say }: StageWords): void {
  const query = new URLSearchParams(location.search);
  const person = user.charAt(0).toUpperCase() + user.slice(1);
  const pace = readPace(query.get("pace"));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let paceNow = pace;

  const phoneQuery = new URLSearchParams({ user, ...(query.has("lang") && { lang: words.language }) });
  const view: StageView = createStageView({
    words,
    person,
    pages: { console: "/", phone: `/phone?${phoneQuery.toString()}` },
    pace,
    onPlay: () => (player.state().kind === "paused" ? player.goOn() : player.start()),
    onPause: () => player.pause("asked"),
    onRestart: () => player.start(),
    onPace: (next) => {
      paceNow = next;
      player.setPace(next);
    },
  });
  const pointer = createPointer();
  document.body.append(view.element, pointer.element);
  const frames = { console: createPageFrame(view.frames.console), phone: createPageFrame(view.frames.phone) };

  const story = createStory(user, words);
  const observe = (observation: Observation) => {
    const before = story.requestId();
    const lines = story.take(observation);
    if (story.requestId() !== before) view.steps.clear();
    view.steps.add(lines);
  };
  view.steps.showSignedIn(false);
  watchParts({ emulatorUrl, frames, observe, onSignedIn: view.steps.showSignedIn });

  const player = createPlayer(
    async (playing) => {
      view.steps.clear();
      const hands = createStageHands({
        playing,
        pointer,
        show: (frame: PageFrame) => view.show(frame === frames.phone ? "phone" : "console"),
        isCalm: () => calm.matches,
        isHurried: () => PACES[paceNow] === 0,
        keepFocus,
      });
      await playOnStage({
        ...frames,
        user,
        person,
        playing,
        hands,
        tell: (key, values) => view.tell(say(key, values)),
        say,
        observe: (probe) => observe({ from: "probe", probe }),
      });
    },
    {
      pace,
      onState(state) {
        view.showState(state);
        if (state.kind !== "playing") pointer.hide();
        if (state.kind === "over") view.steps.settle();
      },
    },
  );

  // Whoever presses something themself has the stage.
  for (const frame of Object.values(frames)) {
    frame.onLoad(({ document: page }) => {
      for (const kind of ["pointerdown", "keydown"] as const) {
        page.addEventListener(kind, ({ isTrusted }) => isTrusted && player.pause("yours"), true);
      }
    });
  }
  if (query.has("play")) player.start();
}

/** @returns what gives the focus back to the control of the stage that had it */
function keepFocus(): () => void {
  const held = document.activeElement;
  return () => {
    if (held instanceof HTMLElement && !(held instanceof HTMLIFrameElement) && held !== document.body) held.focus();
  };
}

/** `?pace=` as a name or in milliseconds; what is not known is for reading along. */
function readPace(given: string | null): Pace {
  const names = Object.keys(PACES) as Pace[];
  return names.find((name) => name === given || (given !== null && String(PACES[name]) === given)) ?? "reading";
}
