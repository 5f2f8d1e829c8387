import { join } from "node:path";
import type { PhoneAnswer, PhoneEvent } from "#phone/start-phone.ts";
import type { AnswerResult, Review } from "#sdk/create-beckon.ts";
import { askPerson, showPrompt } from "./ask-person.ts";
import { introduceUsers } from "./back-end.ts";
import { type DemoAgent, type DemoRequest, type DemoRequestDetail, type Entry, openDemoAgent } from "./demo-agent.ts";
import { DEMO_USER_ID, type DemoPhone, STAGE_USER_ID, startDemoPhone } from "./demo-phone.ts";
import { describeFact } from "./describe-fact.ts";
import type { DemoServers } from "./start-servers.ts";
import { formatBytes, type Story } from "./story.ts";
import { createTokenSource } from "./token-source.ts";

/** What the person's answer came to. */
export interface Answered {
  readonly answer: "share" | "decline";
  readonly result: AnswerResult;
}

export interface Cast {
  readonly agent: DemoAgent;
  readonly phone: DemoPhone;
  /** A file's name by its id, as far as it was heard of. */
  readonly nameFile: (fileId: string) => string;
  /** Resolves when the answer to this request was carried out. */
  readonly answerOf: (requestId: string) => Promise<Answered>;
}

/**
 * Brings the agent Alex and Ann's phone to the stage, and has what happens to them told.
 *
 * @param options.person the terminal of the person who answers for Ann; without one the phone shares
 */
export async function assembleCast({
  servers: { apiUrl, emulatorUrl, envFile },
  dataFolder,
  story,
  yourLogs,
  person,
  signal,
}: {
  servers: DemoServers;
  dataFolder: string;
  story: Story;
  yourLogs: string | undefined;
  person?: { input: NodeJS.ReadStream; output: NodeJS.WriteStream };
  signal: AbortSignal;
}): Promise<Cast> {
  const names = new Map<string, string>();
  const nameFile = (fileId: string) => names.get(fileId) ?? "a file";
  const answers = new Map<string, PromiseWithResolvers<Answered>>();
  const answerTo = (requestId: string) => {
    const known = answers.get(requestId) ?? Promise.withResolvers<Answered>();
    answers.set(requestId, known);
    known.promise.catch(() => {}); // nobody may ever ask for it
    return known;
  };

  let telling: Promise<void> = Promise.resolve();
  const agent = await openDemoAgent({
    apiUrl,
    getToken: createTokenSource({ apiUrl, username: "alex", audience: "beckon-agents" }),
    signal,
    onEntry: (entry) => {
      telling = telling.then(() => tellEntry(entry)).catch(() => {}); // a name that could not be read
    },
  });
  async function tellEntry({ requestId, fileId, ...entry }: Entry): Promise<void> {
    if (requestId !== undefined && fileId !== undefined && !names.has(fileId)) {
      const { files } = await agent.call<DemoRequestDetail>("GET", `/v1/log-requests/${requestId}`);
      for (const { id, name } of files) names.set(id, name);
    }
    const told = describeFact({ ...entry, requestId, fileId }, nameFile);
    // What the agent and the phone do is told where they do it; the feed adds what happens between them.
    if (told?.who === "hub" || told?.who === "worker") story.step(told.who, told.text);
  }

  await cancelLeftOver(agent);
  const example = (name: string) => ({
    label: `${name} Example`,
    contacts: [`${name.toLowerCase()}@example.com`],
    locale: "en",
  });
  const people = { [DEMO_USER_ID]: example("Ann"), [STAGE_USER_ID]: example("Mia") };
  await introduceUsers(people, { apiUrl, envFile, keyFile: join(dataFolder, "api-key") });

  let logs: DemoPhone["logs"];
  const phone = await startDemoPhone({
    dataFolder,
    yourLogs,
    apiUrl,
    emulatorUrl,
    async ask(review: Review, closed: AbortSignal): Promise<PhoneAnswer> {
      showPrompt(review, story);
      if (person) {
        const answer = await askPerson(review, { story, streams: person, signal: closed });
        if (answer.kind !== "share") return answer;
        const which = answer.files ? `${answer.files.length} of ${review.files.length}` : `all ${review.files.length}`;
        story.step("phone", `shares ${which} files`);
        rotate();
        return answer;
      }
      story.step("phone", `shares all ${review.files.length} files`, { detail: "without asking" });
      rotate();
      return { kind: "share" };
    },
    onEvent: (event) => {
      tellPhone(event, story);
      if (event.kind === "answered") {
        const { answer, result } = event;
        for (const { id, name } of result.files) names.set(id, name);
        if (answer !== "later") answerTo(result.requestId).resolve({ answer, result });
      }
      if (event.kind === "trouble" && event.requestId !== undefined) answerTo(event.requestId).reject(event.error);
      if (event.kind === "closed" && event.state !== undefined && END_UNANSWERED.includes(event.state)) {
        answerTo(event.requestId).reject(new Error(`The request was ${event.state} before it was answered.`));
      }
    },
  });
  logs = phone.logs;

  function rotate(): void {
    if (!logs) return;
    logs.rotate("app.log");
    story.step("phone", "app.log is rotated right now", { detail: "what was shown is what is sent" });
  }

  return { agent, phone, nameFile, answerOf: (requestId) => answerTo(requestId).promise };
}

const END_UNANSWERED: readonly string[] = ["cancelled", "expired"];

function tellPhone(event: PhoneEvent, story: Story): void {
  switch (event.kind) {
    case "pushed":
      if (event.push.type === "beckon.log-request") story.step("phone", "is pushed, and fetches the request");
      break;
    case "prompted":
      break;
    case "progress":
      story.progress({ ...event, id: `${event.requestId}/${event.collector}/${event.name}` });
      break;
    case "answered": {
      const { answer, result } = event;
      if (answer === "decline") story.step("phone", "declines");
      const bytes = result.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      if (answer === "share") story.step("phone", `sent ${result.files.length} files, ${formatBytes(bytes)}`);
      break;
    }
    case "putOff":
      story.step("phone", `puts it off until ${event.until.toTimeString().slice(0, 8)}`);
      break;
    case "closed":
      break;
    case "trouble": {
      const { error } = event;
      story.step("phone", `trouble: ${error instanceof Error ? error.message : String(error)}`);
      break;
    }
  }
}

/** A demo that was killed may have left its request open; the phone would ask about it first. */
async function cancelLeftOver(agent: DemoAgent): Promise<void> {
  const open = await agent.list<DemoRequest>("/v1/log-requests?state=requested,notified,seen&agentId=alex");
  for (const { id } of open) await agent.call("POST", `/v1/log-requests/${id}:cancel`);
}
