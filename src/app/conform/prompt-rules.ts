import { isOpen, type RequestState } from "#domain/vocabulary.ts";
import type { Desk } from "./desk.ts";
import type { CallEntry } from "./journal.ts";
import { callsOf, isOk, notedAt, personSays, type Rule } from "./rule.ts";

/** From the start of the app to the moment before the answer. */
export const PROMPT_RULES = {
  registers: {
    right: "PUT /v1/installations/{installationId} after sign-in and at every start, so that pushes find the app.",
    look(story) {
      if (story.registered.size > 0) return "kept";
      return fetched(story).length > 0
        ? { owes: "The app fetched its requests and never registered its installation." }
        : undefined;
    },
  },
  "all-pages": {
    right: "Follow nextLink until an answer has none. A page may be empty and have one.",
    look(story) {
      const lists = callsOf(story, "listMyLogRequests").filter(isOk);
      if (!lists.some(({ answer }) => nextLinkOf(answer))) return undefined;
      return lists.some(({ answer }) => !nextLinkOf(answer))
        ? "kept"
        : { owes: "The first page had a nextLink, and the app did not follow it." };
    },
  },
  "ignores-unknown": {
    right: "Ignore members that you do not know. Treat a state that you do not know as ended, and show the others.",
    look(story) {
      if (!story.scenario.fromTheFuture || fetched(story).length === 0) return undefined;
      const stranger = story.journal.entries.some(
        (entry) => entry.kind === "call" && entry.id === story.strangerId && entry.method === "POST",
      );
      if (stranger) return { wrong: "The app raised a prompt for a request in a state that it does not know." };
      return seen(story).length > 0
        ? "kept"
        : {
            owes: "An answer held a member and a state that this version does not know, and the app did not show the request beside them.",
          };
    },
  },
  "says-seen": {
    right: "POST :seen when the prompt is on the screen, before any answer.",
    look(story) {
      const [first] = seen(story);
      const [answer] = callsOf(story, "consentToLogRequest");
      if (first && (!answer || first.began < answer.began)) return "kept";
      if (answer?.body && (answer.body as { decision?: unknown }).decision === "share")
        return { wrong: "The app shared, and had not said that the prompt was shown." };
      return fetched(story).length > 0 ? { owes: "The app fetched an open request and never said :seen." } : undefined;
    },
  },
  "seen-names-installation": {
    right: "Send { installationId } with :seen, the id that the app registered.",
    look(story) {
      const [first] = seen(story);
      if (!first || story.registered.size === 0) return undefined;
      const { installationId } = (first.body ?? {}) as { installationId?: string };
      if (installationId === undefined) return { wrong: "The app said :seen without its installationId." };
      return story.registered.has(installationId)
        ? "kept"
        : { wrong: `The app said :seen as installation ${installationId}, which it never registered.` };
    },
  },
  "prompt-complete": {
    right: "Show the filled consent text, the agent's reason as a quotation, and every file with its name and size.",
    look: personSays("prompt-complete"),
  },
  "person-decides": {
    right: "Send :consent only when the person has decided: never because a push came or a prompt opened.",
    look(story) {
      const first = callsOf(story, "consentToLogRequest")[0];
      const from = notedAt(story, "told to answer");
      if (first && (from === undefined || first.began < from))
        return { wrong: "An answer came while the person was only looking." };
      return first ? "kept" : undefined;
    },
  },
  "quiet-while-snoozed": {
    right: "Take the prompt down when it is put off, and raise it again only when snoozedUntil has come.",
    look(story) {
      const snoozed = callsOf(story, "snoozeLogRequest").find(isOk);
      if (!snoozed) return undefined;
      const over = notedAt(story, "snooze over") ?? Infinity;
      return seen(story).some(({ began }) => began > snoozed.ended && began < over)
        ? { wrong: "The prompt came back before the time that it was put off to." }
        : "kept";
    },
  },
  "comes-back": {
    right: "Raise the prompt again when snoozedUntil has passed and the request is still open.",
    look(story) {
      const over = notedAt(story, "snooze over");
      if (over === undefined) return undefined;
      return seen(story).some(({ began }) => began > over)
        ? "kept"
        : { owes: "The time that the prompt was put off to has come, and it did not come back." };
    },
  },
  "prompt-gone": {
    right: "Take the prompt and its notification down as soon as the request is no longer open.",
    look: personSays("prompt-gone"),
  },
  "no-prompt-after-close": {
    right: "Once a request has ended, or another device answered it, never raise its prompt again.",
    look(story) {
      const over = learnedOfEnd(story);
      if (over === undefined) return undefined;
      const late = callsOf(story, "seeLogRequest", "snoozeLogRequest").find(({ began }) => began > over);
      return late
        ? { wrong: `The app knew that the request was over, and still sent ${late.method} ${verb(late)}.` }
        : "kept";
    },
  },
  "own-requests-only": {
    right: "After another person signed in, leave the first one's requests alone: no prompt, no :seen, no answer.",
    look(story) {
      const others = story.journal.entries.filter(
        (entry): entry is CallEntry =>
          entry.kind === "call" && entry.userId !== undefined && entry.userId !== story.request.userId,
      );
      if (others.length === 0 || story.request.userId === undefined) return undefined;
      // An app that cannot read its token asks about an answer under way, hears 404 and lets it wait: that is no fault.
      const mayAsk = (call: CallEntry) => call.name === "createUploadLinks" || call.name === "completeUploads";
      const wrong = others.find((call) => call.id === story.request.id && call.method === "POST" && !mayAsk(call));
      return wrong
        ? { wrong: `The app sent ${verb(wrong)} of the first person's request with the second one's token.` }
        : "kept";
    },
  },
  "moves-registration": {
    right: "DELETE the installation at sign-out, or PUT it again with the next person's token.",
    look(story) {
      const others = story.journal.entries.some(
        (entry) =>
          entry.kind === "call" &&
          entry.name === "listMyLogRequests" &&
          isOk(entry) &&
          entry.userId !== story.request.userId,
      );
      if (!others || story.request.userId === undefined) return undefined;
      const moved = callsOf(story, "putInstallation", "deleteInstallation").some(
        (call) => isOk(call) && (call.name === "deleteInstallation" || call.userId !== story.request.userId),
      );
      return moved
        ? "kept"
        : { owes: "Another person signed in, and the first one's pushes still come to this device." };
    },
  },
  "token-again": {
    right: "After a 401, get a fresh token and make the same call once more.",
    look(story) {
      const refused = callsOf(story, "listMyLogRequests").find(({ status }) => status === 401);
      if (!refused) return undefined;
      return callsOf(story, "listMyLogRequests").some((call) => isOk(call) && call.began > refused.began)
        ? "kept"
        : { owes: "A call was answered 401, and the app did not make it again." };
    },
  },
  "asks-the-server-clock": {
    right:
      "Compare answerBy, expiresAt and uploadBy with the server's time (its Date header), not with the device's clock.",
    look(story) {
      if (story.scenario.clockOffsetMs === undefined || fetched(story).length === 0) return undefined;
      const asked = callsOf(story, "createUploadLinks").filter(isOk).length;
      if (asked > 2 && story.journal.entries.every(({ kind }) => kind !== "upload"))
        return {
          wrong: `The app asked ${asked} times for new links and used none: by its own clock they had run out.`,
        };
      return story.request.files.some(({ blob }) => blob)
        ? "kept"
        : {
            owes: "The device's clock is hours ahead, and the app behaves as if the request or its links had run out.",
          };
    },
  },
} as const satisfies Record<string, Rule>;

function fetched(story: Desk): CallEntry[] {
  return callsOf(story, "listMyLogRequests", "getMyLogRequest").filter(isOk);
}

function seen(story: Desk): CallEntry[] {
  return callsOf(story, "seeLogRequest").filter(({ status }) => status !== 401 && status < 500);
}

/** When an answer first told the app that the request is no longer open. */
function learnedOfEnd(story: Desk): number | undefined {
  const { request } = story;
  return story.journal.entries.find((entry) => {
    if (entry.kind !== "call" || entry.lost) return false;
    if (entry.name === "listMyLogRequests" && isOk(entry) && !nextLinkOf(entry.answer)) {
      const { value = [] } = (entry.answer ?? {}) as { value?: { id: string; state: RequestState }[] };
      const listed = value.find(({ id }) => id === request.id);
      return entry.userId === request.userId && (!listed || !isOpen(listed.state));
    }
    if (entry.id !== request.id) return false;
    const { state } = (entry.answer ?? {}) as { state?: RequestState };
    return isOk(entry) && state !== undefined
      ? !isOpen(state)
      : entry.code === "request_closed" || entry.code === "already_answered";
  })?.ended;
}

function nextLinkOf(answer: unknown): string | undefined {
  return (answer as { nextLink?: string } | undefined)?.nextLink;
}

function verb({ path }: CallEntry): string {
  return path.slice(path.lastIndexOf(":"));
}
