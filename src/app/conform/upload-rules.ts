import type { Desk } from "./desk.ts";
import type { CallEntry, UploadEntry } from "./journal.ts";
import { callsOf, fileName, type Finding, isOk, notedAt, outcomesOf, type Rule, uploadsOf } from "./rule.ts";
import type { Note } from "./scenario.ts";

/** Timers may fire a moment early. */
const EARLY_MS = 50;

/** The answer, and from the answer to the last outcome. */
export const UPLOAD_RULES = {
  contract: {
    right: "Send calls and bodies as docs/device-protocol.md and the OpenAPI document have them.",
    look({ journal }) {
      const calls = journal.entries.filter((entry): entry is CallEntry => entry.kind === "call");
      const wrong = calls.find(
        ({ name, code }) =>
          name === undefined ||
          ["invalid_request", "not_json", "unsupported_media_type", "body_too_large"].includes(code ?? ""),
      );
      if (wrong) return { wrong: `${wrong.method} ${wrong.path} was answered ${wrong.status}: ${messageOf(wrong)}` };
      return calls.length > 0 ? "kept" : undefined;
    },
  },
  "text-as-shown": {
    right: "Send version, locale and sha256 of the consent text exactly as the request carried them.",
    look: noRefusal("unknown_consent_text", "The answer names a text that was not shown."),
  },
  "within-request": {
    right: "Name only asked collectors, at most maxFiles files and at most maxBytes bytes together.",
    look: noRefusal("consent_exceeds_request", "The answer names more than was asked for."),
  },
  "same-answer-again": {
    right: "When the answer to :consent is lost, send the same body again, word for word: 200 says what was recorded.",
    look(story) {
      const all = callsOf(story, "consentToLogRequest");
      const lost = all.find((call) => call.lost);
      if (!lost) return undefined;
      const again = all.filter(({ began }) => began > lost.began);
      if (again.some(({ code }) => code === "already_answered"))
        return { wrong: "The app gave another answer than the one that it had sent before." };
      return again.some(isOk)
        ? "kept"
        : { owes: "The answer to :consent was lost, and the app did not send it again." };
    },
  },
  "refusal-ends": {
    right: "409 already_answered and request_closed are final: take the prompt down and send no other answer.",
    look(story) {
      const all = callsOf(story, "consentToLogRequest");
      const refused = all.find(({ code }) => code === "already_answered" || code === "request_closed");
      if (!refused) return undefined;
      return all.some(({ began }) => began > refused.ended)
        ? { wrong: `The app answered again after 409 ${refused.code}.` }
        : "kept";
    },
  },
  "announced-bytes": {
    right: "Freeze each file before it is shown; show, hash and upload exactly those bytes, also after a restart.",
    look(story) {
      const whole = uploadsOf(story).filter(({ sha256 }) => sha256 !== undefined);
      for (const { fileId, sizeBytes, sha256 } of whole) {
        const file = story.request.files.find(({ id }) => id === fileId);
        if (!file || (file.sizeBytes === sizeBytes && file.sha256 === sha256)) continue;
        return {
          wrong: `${file.name}: announced were ${file.sizeBytes} bytes ${file.sha256.slice(0, 8)}…, uploaded ${sizeBytes} bytes ${sha256?.slice(0, 8)}….`,
        };
      }
      return whole.length > 0 ? "kept" : undefined;
    },
  },
  "given-headers": {
    right:
      "Send each header of the link with its PUT, unchanged, and Content-Length. A whole file by a link for blocks needs x-ms-blob-type: BlockBlob too; a block takes none of them, their list all.",
    look(story) {
      const all = uploadsOf(story);
      const wrong = all.find(({ wrongHeaders, status }) => wrongHeaders.length > 0 || status === 411);
      if (wrong?.part === "block" && wrong.status !== 411)
        return { wrong: `A block of ${fileName(story, wrong.fileId)} carried ${wrong.wrongHeaders.join(", ")}.` };
      if (wrong)
        return {
          wrong: `The upload of ${fileName(story, wrong.fileId)} lacks or changes: ${wrong.wrongHeaders.join(", ") || "content-length"}.`,
        };
      return all.length > 0 ? "kept" : undefined;
    },
  },
  "token-stays-home": {
    right: "Send the bearer token to the API only. An upload link needs none, and Blob Storage refuses it.",
    look(story) {
      const all = uploadsOf(story);
      const wrong = all.find(({ carriedToken }) => carriedToken);
      if (wrong) return { wrong: `The upload of ${fileName(story, wrong.fileId)} carried the Authorization header.` };
      return all.length > 0 ? "kept" : undefined;
    },
  },
  "finds-out": {
    right:
      "An upload without an answer may have arrived: ask :createUploadLinks, or send it again, and take 409 for a success.",
    look: (story) =>
      afterUpload(story, 0, ({ fileId }) => {
        const name = fileName(story, fileId);
        if (!story.request.files.some(({ id, blob }) => id === fileId && blob)) return undefined;
        const [told] = outcomesOf(story, fileId);
        if (told?.outcome === "given_up") return { wrong: `${name} had arrived, and the app gave it up.` };
        return told
          ? "kept"
          : { owes: `The answer to the upload of ${name} was lost, and the app never said how it ended.` };
      }),
  },
  "new-links-after-403": {
    right:
      "After 403 on a link ask :createUploadLinks: upload by the new link, or not at all where the file is in `there`.",
    look(story) {
      return afterUpload(story, 403, (refused) => {
        const old = uploadsOf(story).find(({ link, began }) => link === refused.link && began > refused.ended);
        if (old) return { wrong: `The app used the old link of ${fileName(story, old.fileId)} again.` };
        if (outcomesOf(story, refused.fileId).some(({ outcome }) => outcome === "given_up"))
          return { wrong: `The app gave ${fileName(story, refused.fileId)} up.` };
        return callsOf(story, "createUploadLinks").some(({ began }) => began > refused.ended)
          ? "kept"
          : { owes: "A link answered 403, and the app did not ask for a new one." };
      });
    },
  },
  "there-is-uploaded": {
    right: "A file in `there` has arrived: do not send it again; tell :complete that it is uploaded.",
    look(story) {
      const answered = callsOf(story, "createUploadLinks").find((call) => isOk(call) && thereOf(call).length > 0);
      const [fileId] = answered ? thereOf(answered) : [];
      if (!answered || fileId === undefined) return undefined;
      return arrived(story, fileId, answered.ended);
    },
  },
  "exists-is-uploaded": {
    right: "409 on an upload says that an earlier attempt arrived: tell :complete that the file is uploaded.",
    look: (story) => afterUpload(story, 409, ({ fileId, ended }) => arrived(story, fileId, ended)),
  },
  "tells-outcome": {
    right: "When an upload ended, tell :complete: uploaded, or given_up for what cannot be sent.",
    look(story) {
      const { files } = story.request;
      if (files.length === 0 || files.some(({ blob, state }) => !blob && state === "announced")) return undefined;
      const untold = files.filter(({ id }) => outcomesOf(story, id).length === 0);
      return untold.length === 0
        ? "kept"
        : { owes: `:complete was never told of ${untold.map(({ name }) => name).join(", ")}.` };
    },
  },
  "tells-truth": {
    right: "Tell `uploaded` only of a file whose upload was answered 201 or 409, or that is in `there`.",
    look(story) {
      const told = story.request.files.filter(({ id }) =>
        outcomesOf(story, id).some(({ outcome }) => outcome === "uploaded"),
      );
      const wrong = told.find(({ blob }) => !blob);
      if (wrong) return { wrong: `The app said that ${wrong.name} is uploaded. It never arrived.` };
      return told.length > 0 ? "kept" : undefined;
    },
  },
  "asks-for-links": {
    right: "When an answer to :consent comes without links, ask :createUploadLinks after Retry-After.",
    look(story) {
      const without = callsOf(story, "consentToLogRequest").find(
        (call) => isOk(call) && call.retryAfterSeconds !== undefined,
      );
      if (!without) return undefined;
      return callsOf(story, "createUploadLinks").some(({ began }) => began > without.ended)
        ? "kept"
        : { owes: "The answer was recorded without links, and the app never asked for them." };
    },
  },
  "tries-again": {
    right: "503 and 429 pass: make the same call again. Every call of the device half may be repeated.",
    look(story) {
      const refusals = busy(story);
      if (refusals.length === 0) return undefined;
      const given = refusals.find((refusal) => !repeated(story, refusal));
      return given
        ? { owes: `${nameOf(story, given)} was answered ${given.status}, and the app did not try it again.` }
        : "kept";
    },
  },
  "waits-as-told": {
    right: "Wait at least as many seconds as Retry-After says.",
    look(story) {
      const told = [...busy(story), ...callsOf(story, "consentToLogRequest").filter(isOk)].filter(
        (one) => one.retryAfterSeconds !== undefined,
      );
      const again = told.map((refusal) => [refusal, repeated(story, refusal)] as const);
      for (const [refusal, next] of again) {
        const waitedMs = next ? next.beganMs - refusal.endedMs : Infinity;
        if (waitedMs + EARLY_MS < (refusal.retryAfterSeconds ?? 0) * 1000)
          return {
            wrong: `${nameOf(story, refusal)} was to wait ${refusal.retryAfterSeconds} s, and came again after ${(waitedMs / 1000).toFixed(1)} s.`,
          };
      }
      return again.some(([, next]) => next) ? "kept" : undefined;
    },
  },
  "finishes-after-restart": {
    right: "Keep the answer and its frozen files until every file has its outcome, and go on at the next start.",
    look: (story) => finishesAfter(story, "restarted", "The app was started again"),
  },
  "waits-for-its-user": {
    right:
      "Keep an answer under way, and its frozen files, while another person is signed in, and go on when its own user is back.",
    look: (story) => finishesAfter(story, "first person back", "Its own user is signed in again"),
  },
  "stops-after-take-back": {
    right: "After :withdraw send nothing more of that request: no upload, no links, no outcome.",
    look(story) {
      const back = callsOf(story, "withdrawConsent").find(isOk);
      return back && nothingAfter(story, back.ended, "after the consent was taken back");
    },
  },
  "stops-when-over": {
    right: "409 request_closed and not_consented say that nothing more is wanted: stop, and let the files go.",
    look(story) {
      const over = callsOf(story, "createUploadLinks", "completeUploads").find(
        ({ code }) => code === "request_closed" || code === "not_consented",
      );
      return over && nothingAfter(story, over.ended, `after 409 ${over.code}`);
    },
  },
} as const satisfies Record<string, Rule>;

function noRefusal(code: string, wrong: string): Rule["look"] {
  return (story) => {
    const all = callsOf(story, "consentToLogRequest");
    const refused = all.find((call) => call.code === code);
    if (refused) return { wrong: `${wrong} ${messageOf(refused)}` };
    return all.some(isOk) ? "kept" : undefined;
  };
}

function afterUpload(story: Desk, status: number, look: (refused: UploadEntry) => Finding): Finding {
  const refused = uploadsOf(story).find((upload) => upload.status === status);
  return refused && look(refused);
}

function arrived(story: Desk, fileId: string, since: number): Finding {
  const name = fileName(story, fileId);
  if (uploadsOf(story).some((upload) => upload.fileId === fileId && upload.began > since))
    return { wrong: `${name} was there, and the app sent it again.` };
  const [told] = outcomesOf(story, fileId);
  if (told?.outcome === "given_up") return { wrong: `${name} was there, and the app gave it up.` };
  return told ? "kept" : { owes: `${name} was there, and the app did not tell :complete so.` };
}

function finishesAfter(story: Desk, note: Note, what: string): Finding {
  if (notedAt(story, note) === undefined) return undefined;
  const open = story.request.files.filter(({ state }) => state === "announced");
  return open.length === 0
    ? "kept"
    : { owes: `${what}, and ${open.map(({ name }) => name).join(", ")} never got an outcome.` };
}

function nothingAfter(story: Desk, over: number, when: string): Finding {
  const late = [...uploadsOf(story), ...callsOf(story, "createUploadLinks", "completeUploads")].find(
    ({ began }) => began > over,
  );
  return late ? { wrong: `The app sent ${nameOf(story, late)} ${when}.` } : "kept";
}

function busy(story: Desk): (CallEntry | UploadEntry)[] {
  return [
    ...uploadsOf(story),
    ...callsOf(story, "listMyLogRequests", "consentToLogRequest", "createUploadLinks", "completeUploads"),
  ].filter(({ status }) => status === 503 || status === 429);
}

/** The same call or upload, made again; after a consent without links, the asking for them. */
function repeated(story: Desk, refusal: CallEntry | UploadEntry): CallEntry | UploadEntry | undefined {
  const next =
    refusal.kind === "upload"
      ? uploadsOf(story).filter(({ fileId }) => fileId === refusal.fileId)
      : callsOf(story, isOk(refusal) ? "createUploadLinks" : (refusal.name ?? "getReceipt"));
  return next.find(({ began }) => began > refusal.ended);
}

function thereOf({ answer }: CallEntry): string[] {
  return (answer as { there?: string[] } | undefined)?.there ?? [];
}

function messageOf({ answer }: CallEntry): string {
  return (answer as { error?: { message?: string } } | undefined)?.error?.message ?? "no such call.";
}

const UPLOADED = { file: "upload", block: "block", list: "block list" } as const;

function nameOf(story: Desk, one: CallEntry | UploadEntry): string {
  if (one.kind === "upload") return `the ${UPLOADED[one.part]} of ${fileName(story, one.fileId)}`;
  return `${one.method} ${one.path.replace(/^.*(?=:)/, "")}`;
}
