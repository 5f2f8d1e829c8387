import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AnswerResult } from "#sdk/create-beckon.ts";
import type {
  DemoAgent,
  DemoDownloadUrl,
  DemoFile,
  DemoInstallation,
  DemoRequest,
  DemoRequestDetail,
  DemoTicket,
  DemoUser,
} from "./demo-agent.ts";
import { DEMO_USER_ID, type DemoPhone } from "./demo-phone.ts";
import { describeFact } from "./describe-fact.ts";
import { formatBytes, type Story } from "./story.ts";

export interface JourneyFile {
  readonly name: string;
  readonly sha256: string;
  readonly downloadUrl: string;
}

export interface Journey {
  readonly ticketUrl: string;
  readonly ticketId: string;
  /** Those that still stand. */
  readonly files: readonly JourneyFile[];
  /** Its link is dead. Null where only one file was shared: that one stays. */
  readonly takenBack: JourneyFile | null;
  /** Why nothing came of it, in words; undefined when files were checked. */
  readonly unfinished: string | undefined;
}

/** Between a person's actions on this machine; more than ten times what the slowest was seen to take. */
const STEP_TIMEOUT_MS = 30_000;
/** Reading a gigabyte back takes Azurite a while. */
const VERIFY_TIMEOUT_MS = 300_000;
const POLL_MS = 50;
const MIB = 1024 * 1024;

/**
 * Plays the whole journey through the public API: find, open, ask, and then, when the phone's owner has answered, look,
 * download, compare, and have one file taken back.
 *
 * @param options.answerOf resolves when the person's answer to this request was carried out
 * @throws Error saying what did not happen
 */
export async function playJourney({
  agent,
  phone,
  story,
  apiUrl,
  answerOf,
  nameFile,
}: {
  agent: DemoAgent;
  phone: DemoPhone;
  story: Story;
  apiUrl: string;
  answerOf: (requestId: string) => Promise<{ readonly answer: "share" | "decline"; readonly result: AnswerResult }>;
  nameFile: (fileId: string) => string;
}): Promise<Journey> {
  await waitForPush(agent);
  const [found] = await agent.list<DemoUser>("/v1/users?query=ann");
  if (!found) throw new Error("The agent finds nobody under 'ann'.");
  story.step("agent", `finds ${found.label ?? found.id}`, { detail: "GET /v1/users?query=ann" });

  const ticket = await agent.call<DemoTicket>("POST", "/v1/tickets", {
    subject: "The picture froze during a call",
    userId: found.id,
    callIds: ["3f0c5d52-8a0e-4c0b-9d7e-2f7c1f1c9a11"],
  });
  const ticketUrl = `${apiUrl}/v1/tickets/${ticket.id}`;
  story.step("agent", `opens ticket ${ticket.number}: ${ticket.subject}`, { detail: "POST /v1/tickets" });

  const askedAt = performance.now();
  const request = await agent.call<DemoRequest>("POST", `/v1/tickets/${ticket.id}/log-requests`, {
    userId: found.id,
    reason: "You told us that the picture froze. The logs of that time show us why.",
    collectors: phone.collectors,
    ...(phone.logs
      ? { window: { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() } }
      : { maxBytes: 2_000 * MIB, maxFiles: 500 }),
  });
  story.step("agent", "asks for logs", { detail: `202 after ${(performance.now() - askedAt).toFixed(0)} ms` });
  const ours = (type: string) => (entry: { type: string; requestId?: string | undefined }) =>
    entry.type === type && entry.requestId === request.id;
  // Who answers at once may be quicker than the phone's word that it showed the prompt, which is then no fact any more.
  const shown = ["request.seen", "request.consented", "request.declined"].map(ours);
  await agent.until((entry) => shown.some((is) => is(entry)), "The prompt on the phone", STEP_TIMEOUT_MS);

  const { answer, result } = await answerOf(request.id);
  const nothing = { ticketUrl, ticketId: ticket.id, files: [], takenBack: null };
  if (answer === "decline") {
    await tellTimeline(agent, ticket.id, nameFile, story);
    return { ...nothing, unfinished: "the user declined" };
  }
  if (result.files.length > 0) {
    const isSettled = (entry: { type: string; requestId?: string | undefined }) =>
      ours("request.linked")(entry) || ours("request.rejected")(entry);
    await agent.until(isSettled, "The check of the files", VERIFY_TIMEOUT_MS);
  }
  const detail = await agent.call<DemoRequestDetail>("GET", `/v1/log-requests/${request.id}`);
  const linked = detail.files.filter(({ state }) => state === "linked");
  if (linked.length === 0 || linked.length < detail.files.length) {
    await tellTimeline(agent, ticket.id, nameFile, story);
    const states = detail.files.map(({ name, state, reason }) => `${name} is ${state}${reason ? ` (${reason})` : ""}`);
    return { ...nothing, unfinished: `not every file was linked: ${states.join(", ") || "there was none"}` };
  }

  const hashes = await phone.hashesOf(request.id);
  const checked = new Map<string, JourneyFile>();
  for (const file of linked) checked.set(file.id, await downloadAndCompare(agent, file, hashes, story));
  const takenBackFile = chooseTakeBack(linked);
  const takenBack = takenBackFile && checked.get(takenBackFile.id);
  if (takenBackFile && takenBack) await takeBack(phone, request.id, takenBackFile, takenBack, story);
  else story.step("phone", "shared one file only, so that nothing is taken back");

  await tellTimeline(agent, ticket.id, nameFile, story);
  tellLinks([...checked.values()], takenBack, story);
  return {
    ticketUrl,
    ticketId: ticket.id,
    files: linked.filter(({ id }) => id !== takenBackFile?.id).flatMap(({ id }) => checked.get(id) ?? []),
    takenBack: takenBack ?? null,
    unfinished: undefined,
  };
}

/** Until the hub knows the phone's new token: a push before that would wake nobody, and the phone be asked again later. */
async function waitForPush(agent: DemoAgent): Promise<void> {
  const giveUpAt = performance.now() + STEP_TIMEOUT_MS;
  for (;;) {
    const [installation] = await agent.list<DemoInstallation>(`/v1/users/${DEMO_USER_ID}/installations`);
    if (installation?.hubSync === "synced") return;
    if (performance.now() > giveUpAt) {
      throw new Error(
        `The hub was not told of the phone within ${STEP_TIMEOUT_MS / 1000} s: ${installation?.hubSyncReason ?? installation?.hubSync ?? "it is not registered"}.`,
      );
    }
    await sleep(POLL_MS);
  }
}

async function downloadAndCompare(
  agent: DemoAgent,
  file: DemoFile,
  hashes: ReadonlyMap<string, string>,
  story: Story,
): Promise<JourneyFile> {
  const { url } = await agent.call<DemoDownloadUrl>("POST", `/v1/files/${file.id}:createDownloadUrl`);
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`The download link of ${file.name} answered ${response.status}.`);
  const hash = createHash("sha256");
  for await (const piece of response.body) hash.update(piece);
  const sha256 = hash.digest("hex");
  const onPhone = hashes.get(`${file.collector}/${file.name}`);
  if (sha256 !== onPhone) {
    throw new Error(
      `${file.name} was downloaded with SHA-256 ${sha256}, but the phone's file has ${onPhone ?? "none"}.`,
    );
  }
  story.step("agent", `downloads ${file.name}, ${formatBytes(file.sizeBytes)}: the phone's bytes`, {
    detail: `sha256 ${sha256.slice(0, 12)}…`,
  });
  return { name: file.name, sha256, downloadUrl: url };
}

/** Nobody minds the note about the phone; else the last one, as long as another stays. */
function chooseTakeBack(linked: readonly DemoFile[]): DemoFile | undefined {
  if (linked.length < 2) return undefined;
  return linked.find(({ collector }) => collector === "system") ?? linked.at(-1);
}

async function takeBack(
  phone: DemoPhone,
  requestId: string,
  { id }: DemoFile,
  { name, downloadUrl }: JourneyFile,
  story: Story,
): Promise<void> {
  const { downloadedBefore } = await phone.beckon.withdraw(requestId, [id]);
  const who = [...new Set(downloadedBefore.map(({ agentId }) => agentId))].join(", ");
  story.step("phone", `takes ${name} back`, { detail: who === "" ? "" : `downloaded before by: ${who}` });
  const giveUpAt = performance.now() + STEP_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(downloadUrl);
    await response.body?.cancel();
    if (!response.ok) {
      story.step("agent", `the link of ${name} is dead`, {
        detail: `${response.status} ${response.headers.get("x-ms-error-code") ?? ""}`.trim(),
      });
      return;
    }
    if (performance.now() > giveUpAt) throw new Error(`The link of ${name} still works although it was taken back.`);
    await sleep(POLL_MS);
  }
}

async function tellTimeline(
  agent: DemoAgent,
  ticketId: string,
  nameFile: (fileId: string) => string,
  story: Story,
): Promise<void> {
  const entries = await agent.list<Parameters<typeof describeFact>[0]>(`/v1/tickets/${ticketId}/timeline`);
  story.heading("The ticket's timeline");
  for (const entry of entries) {
    const told = describeFact(entry, nameFile);
    const time = new Date(entry.at).toISOString().slice(11, 23);
    const by = entry.actor.kind === "system" ? "" : `${entry.actor.kind} ${entry.actor.id}`;
    story.say(`  ${story.dim(time)}  ${by.padEnd(11)}  ${told?.text ?? entry.type}`);
  }
  story.say();
}

/** Links beyond this are the same again. */
const LISTED_LINKS = 3;

function tellLinks(files: readonly JourneyFile[], takenBack: JourneyFile | undefined, story: Story): void {
  const alive = files.filter((file) => file !== takenBack).slice(0, LISTED_LINKS);
  story.heading(`Download ${alive.length === 1 ? "link" : "links"}, good for two minutes`);
  for (const { name, downloadUrl } of alive) story.say(`  ${name}\n    ${downloadUrl}`);
  if (takenBack)
    story.say(`  ${takenBack.name}, taken back: this link is dead\n    ${story.dim(takenBack.downloadUrl)}`);
  story.say();
}
