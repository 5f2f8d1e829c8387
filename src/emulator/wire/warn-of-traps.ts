import { MAX_TAGS } from "#emulator/hub/tags.ts";
import type { Call } from "./call.ts";
import { OPERATION_GROUPS } from "./operation.ts";

/** What a client may fall into without an error to tell it, read off one request. None of it changes the answer. */
interface Trap {
  isIn: (call: Call) => boolean;
  words: (call: Call) => string;
}

const SENDS: readonly string[] = OPERATION_GROUPS.send;

const TRAPS: readonly Trap[] = [
  {
    isIn: ({ query }) => !query.has("api-version"),
    words: () => "The request has no api-version: every SDK sends one",
  },
  {
    isIn: ({ headers }) => headers["servicebusnotification-tags"] === "undefined",
    words: () =>
      'The SDK sent the tag "undefined": sendBroadcastNotification with enableTestSend, be it true or false, does that, and it matches nobody. Leave the option out',
  },
  {
    isIn: ({ headers, operation }) =>
      operation !== "sendDirectNotification" && headers["servicebusnotification-tags"]?.toString().trim() === "",
    words: () => "ServiceBusNotification-Tags is empty: it matches nobody. A broadcast has no such header",
  },
  {
    isIn: ({ headers }) =>
      /\$(UserId|InstallationId):[^{]/i.test(headers["servicebusnotification-tags"]?.toString() ?? ""),
    words: () => "A system tag without braces: write $UserId:{…} and $InstallationId:{…}, as the service itself does",
  },
  {
    // The SDK sets registrationId and etag of the object that it is given to undefined, so a second use of it goes astray.
    isIn: ({ id, operation }) => id === "undefined" && operation.endsWith("Registration"),
    words: () =>
      'The registration id is "undefined": the SDK takes registrationId and etag off the object that it is given. Give it a copy each time',
  },
  {
    isIn: ({ body, operation }) =>
      operation.endsWith("Registration") && /<Expiry>[A-Z][a-z]{2} [A-Z][a-z]{2} \d/.test(body),
    words: () =>
      "The expiry of the template is a JavaScript date in its own spelling: give the SDK a string such as toISOString() makes",
  },
  {
    isIn: ({ query }) => /BaiduChannelId eq [^']/.test(query.get("$filter") ?? ""),
    words: () =>
      "The SDK leaves out a quotation mark when it lists Baidu registrations by channel; the emulator understands it all the same",
  },
  {
    isIn: (call) => SENDS.includes(call.operation) && earlierTry(call) !== undefined,
    words: (call) =>
      `The SDK tries request ${earlierTry(call)} again: if that one did its work, devices get the message twice`,
  },
];

/** Adds to a request's log what its client should know. */
export function warnOfTraps(call: Call): void {
  for (const { isIn, words } of TRAPS) if (isIn(call)) call.warn(words(call));
}

/** The documentation allows 60 tags, the service was seen to take 72: they are taken, and said. */
export function warnOfManyTags(call: Call, tags: readonly string[] = []): void {
  if (tags.length > MAX_TAGS) call.warn(`${tags.length} tags: the documentation allows ${MAX_TAGS}`);
}

function earlierTry({ headers, namespace }: Call): number | undefined {
  const id = headers["x-ms-client-request-id"];
  return typeof id === "string" ? namespace.requestLog.earlierTry(id) : undefined;
}
