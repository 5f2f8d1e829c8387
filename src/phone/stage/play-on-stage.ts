import type { Probe } from "./observation.ts";
import type { PageFrame } from "./page-frame.ts";
import { type Playing, PlayTrouble } from "./player.ts";
import type { StageHands } from "./stage-hands.ts";
import type { StageTextKey } from "./stage-words.ts";

export interface StageScene {
  readonly console: PageFrame;
  readonly phone: PageFrame;
  /** Whose phone it is: the app's own id, and the name that is shown. */
  readonly user: string;
  readonly person: string;
  readonly playing: Playing;
  readonly hands: StageHands;
  /** Says what is being done. */
  readonly tell: (key: StageTextKey, values?: Readonly<Record<string, string | number>>) => void;
  readonly say: (key: StageTextKey, values?: Readonly<Record<string, string | number>>) => string;
  readonly observe: (probe: Probe) => void;
}

interface Ticket {
  readonly id: string;
  readonly number: number;
}

interface Installation {
  readonly platform: string;
  readonly hubSync: string;
  readonly collectors: readonly { readonly name: string }[];
}

/** As the console's own pages call the API: the header cannot be set by a page of another site. */
const CONSOLE_HEADERS = { "x-beckon-console": "1", "content-type": "application/json" };
/** How often a list is looked at for a new ticket: some two seconds. */
const LOOKS_FOR_TICKET = 50;
/** Who may ask for logs. */
const ASKERS = ["agent", "lead", "admin"];

/**
 * Plays the whole journey through both pages, by pressing what a person would press.
 *
 * @throws PlayTrouble saying what did not happen
 */
export async function playOnStage(scene: StageScene): Promise<void> {
  await signIn(scene);
  const ticket = await openTicket(scene);
  const requestId = await ask(scene, ticket);
  await answer(scene, requestId);
  const files = await read(scene, requestId);
  await takeBack(scene, requestId, files);
}

/** At the development issuer, as every demo person does. */
async function signIn({ console: desk, playing, hands, tell, say }: StageScene): Promise<void> {
  tell("play.signIn");
  hands.show(desk);
  for (;;) {
    const next = await playing.until(
      () =>
        desk.find("#main") ?? desk.find('a[href*="person=alex"]') ?? desk.find('a[href^="/auth/sign-in"]') ?? undefined,
      say("wait.consoleLoaded"),
    );
    if (next.id === "main") break;
    await hands.press(desk, next);
    await playing.until(
      () => (next.isConnected && next.checkVisibility() ? undefined : true),
      say("wait.consoleLoaded"),
    );
  }
  const me = await call<{ roles: readonly string[] }>("GET", "/v1/me");
  if (!me.roles.some((role) => ASKERS.includes(role))) throw new PlayTrouble(say("play.wrongPerson"));
}

/** What brings a ticket into being in real life: the help desk's own system. Then Alex opens it. */
async function openTicket({
  console: desk,
  user,
  person,
  playing,
  hands,
  tell,
  say,
  observe,
}: StageScene): Promise<Ticket & { readonly collectors: number }> {
  tell("play.ready");
  const path = `/v1/users/${encodeURIComponent(user)}/installations`;
  let known: readonly Installation[] | undefined;
  const look = async () => {
    const { value } = await call<{ value: Installation[] }>("GET", path).catch(() => ({ value: [] }));
    const isReady = value.some(({ platform, hubSync }) => platform === "browser" && hubSync === "synced");
    known = isReady ? value : undefined;
  };
  const looking = setInterval(() => void look(), 250);
  try {
    await look();
    await playing.until(() => known, say("wait.installation"));
  } finally {
    clearInterval(looking);
  }
  tell("play.ticket", { person });
  const from = performance.now();
  const external = String(10_000 + Math.floor(Math.random() * 90_000));
  const body = { subject: say("play.ticketSubject"), userId: user };
  const { number, id } = await call<Ticket>("PUT", `/v1/tickets/by-external/helpdesk/${external}`, body);
  observe({ kind: "ticket", number, status: 201, ms: performance.now() - from });
  await playing.beat();

  tell("play.openTicket");
  const list = desk.find('nav a[href="/tickets"]');
  if (list) await hands.press(desk, list);
  else desk.go("/tickets");
  let looks = 0;
  const link = () => desk.find(`a[href="/tickets/${id}"]`);
  // A list that was read a moment ago is not read again at once: then by its address.
  const found = await playing.until(
    () => link() ?? (++looks > LOOKS_FOR_TICKET ? "address" : undefined),
    say("wait.ticketOpen"),
  );
  if (found === "address") desk.go(`/tickets/${id}`);
  else await hands.press(desk, found);
  await playing.until(() => (desk.path() === `/tickets/${id}` ? true : undefined), say("wait.ticketOpen"));
  const collectors = new Set(known?.flatMap((one) => one.collectors.map(({ name }) => name)));
  return { id, number, collectors: collectors.size };
}

/** @returns the request's id */
async function ask(
  { console: desk, phone, person, playing, hands, tell, say }: StageScene,
  ticket: { readonly collectors: number },
): Promise<string> {
  // A phone in a pocket is locked.
  const lock = phone.find('[data-act="lock"]');
  if (lock) lock.click();

  tell("play.ask");
  const request = await playing.until(() => desk.find("#page-title ~ * button"), say("wait.ticketOpen"));
  await hands.press(desk, request);
  const field = () => desk.find<HTMLTextAreaElement>('textarea[data-field="reason"]');
  const reason = await playing.until(field, say("wait.form"));
  tell("play.reason", { person });
  await hands.write(desk, reason, say("play.reasonText"));
  const group = () => desk.find('[data-field="collectors"]')?.closest('[role="group"]');
  const choices = await playing.until(() => {
    const boxes = group()?.querySelectorAll<HTMLInputElement>("input");
    // Until the phones of this person were read, the form offers less than they can give.
    return boxes && boxes.length >= ticket.collectors ? boxes : undefined;
  }, say("wait.form"));
  if ([...choices].some(({ checked }) => !checked)) tell("play.collectors");
  for (const box of choices) if (!box.checked) await hands.press(desk, box);
  tell("play.send");
  const send = await playing.until(() => desk.find('button[type="submit"]'), say("wait.form"));
  await hands.press(desk, send);
  const sent = () => /^\/log-requests\/([0-9a-f-]{36})$/.exec(desk.path())?.[1];
  return playing.until(sent, say("wait.sent"));
}

async function answer({ phone, person, playing, hands, tell, say }: StageScene, requestId: string): Promise<void> {
  tell("play.push");
  const isOpen = () => phone.findInConsent("[data-act=share], [data-act=take-back], [data-act=close]");
  const prompt = () => phone.find(`[data-notification="${requestId}"], [data-card="${requestId}"]`);
  const first = await playing.until(() => prompt() ?? isOpen(), say("wait.notification"));
  if (first !== isOpen()) {
    tell("play.tap", { person });
    await hands.press(phone, first);
  }
  tell("play.review", { person });
  await playing.until(isOpen, say("wait.prompt"));
  await playing.beat();
  const share = () => phone.findInConsent("[data-act=share]");
  if (share()) {
    const rows = phone.findAllInConsent("li[data-file]:has(input:checked)");
    const kept = rows.find(({ dataset }) => dataset["collector"] === "system") ?? rows.at(-1);
    const box = kept?.querySelector<HTMLInputElement>("input:checked");
    if (kept && box && rows.length > 1) {
      tell("play.untick", { person, name: kept.dataset["file"] ?? "" });
      await hands.press(phone, box);
    }
    tell("play.share", { person });
    const button = share();
    if (button) await hands.press(phone, button);
  }
  tell("play.upload");
  const receipt = () => phone.findInConsent("[data-file][data-state]");
  await playing.until(receipt, say("wait.receipt"));
}

/** @returns the files that were linked */
async function read(
  { console: desk, playing, hands, tell, say }: StageScene,
  requestId: string,
): Promise<LinkedFile[]> {
  tell("play.linked");
  const request = `/log-requests/${requestId}`;
  hands.show(desk);
  if (desk.path() !== request) desk.go(request);
  await playing.until(() => desk.find('[data-state="linked"] h2'), say("wait.linked"));
  await playing.beat();
  const { files } = await call<{ files: LinkedFile[] }>("GET", `/v1${request}`);
  const linked = files.filter(({ state }) => state === "linked");

  tell("play.open");
  const link = () =>
    desk.findAll(`a[href^="${request}/files/"]`).find(({ textContent }) => /\.(log|txt)$/.test(textContent));
  await hands.press(desk, await playing.until(link, say("wait.linked")));
  await playing.until(() => desk.find("[data-line]"), say("wait.log"));
  tell("play.read");
  await playing.beat();
  await playing.beat();
  tell("play.back");
  const back = await playing.until(() => desk.find(`#main a[href="${request}"]`), say("wait.log"));
  await hands.press(desk, back);
  await playing.until(() => desk.find('[data-state="linked"] h2'), say("wait.linked"));
  return linked;
}

interface LinkedFile {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

async function takeBack(scene: StageScene, requestId: string, files: readonly LinkedFile[]): Promise<void> {
  const { console: desk, phone, person, playing, hands, tell, say, observe } = scene;
  tell("play.takeBack", { person });
  hands.show(phone);
  const all = () => phone.findInConsent(".bar [data-act=take-back], [data-act=take-back]:not([data-file-id])");
  const isGone = () => desk.find('[data-state="withdrawn"] h2');
  const button = await playing.until(() => isGone() ?? all(), say("wait.receipt"));
  if (button !== isGone()) {
    await hands.press(phone, button);
    tell("play.confirm");
    const yes = await playing.until(() => phone.findInConsent("[data-act=confirm]"), say("wait.withdrawn"));
    await hands.press(phone, yes);
  }
  tell("play.gone");
  hands.show(desk);
  if (desk.path() !== `/log-requests/${requestId}`) desk.go(`/log-requests/${requestId}`);
  await playing.until(isGone, say("wait.withdrawn"));
  const [file] = files;
  if (file) {
    const refused = await fetch(`/v1/files/${file.id}:createDownloadUrl`, { method: "POST", headers: CONSOLE_HEADERS });
    observe({ kind: "gone", name: file.name, status: refused.status });
  }
  await playing.beat();
}

async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answered = await fetch(path, {
    method,
    headers: CONSOLE_HEADERS,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answered.ok) throw new PlayTrouble(`${method} ${path}: ${answered.status}`);
  return (await answered.json()) as Body;
}
