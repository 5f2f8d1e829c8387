import type { Scenario, Step } from "./scenario.ts";

const HOURS = 60 * 60 * 1000;

const START: Step = { title: "the app fetches its requests", deed: "start", push: "ask", awaits: "fetched" };
const OPEN: Step = { title: "the prompt is shown", deed: "open", awaits: "seen" };
const SHARE: Step = { title: "the answer is recorded", deed: "share", awaits: "shared" };
const STORED: Step = { title: "every file is uploaded", awaits: "stored" };
const TOLD: Step = { title: "the app says how the uploads ended", awaits: "told" };
const GONE: Step = {
  title: "the prompt is gone",
  deed: "look",
  awaits: { ask: "Are the prompt and its notification gone?", rule: "prompt-gone" },
};

/** Every journey that an app has to get through, plain first, then each with one trouble. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "share",
    title: "A person is asked, looks, and shares",
    steps: [
      START,
      OPEN,
      {
        title: "the person looks at the prompt",
        deed: "look",
        awaits: { ask: "Does the prompt show who asks, why, and each file with its size?", rule: "prompt-complete" },
      },
      SHARE,
      STORED,
      TOLD,
    ],
    rules: [
      "registers",
      "says-seen",
      "seen-names-installation",
      "prompt-complete",
      "person-decides",
      "announced-bytes",
      "given-headers",
      "token-stays-home",
      "tells-outcome",
      "tells-truth",
    ],
  },
  {
    name: "decline",
    title: "A person declines",
    steps: [
      START,
      OPEN,
      { title: "the answer is recorded", deed: "decline", awaits: "declined" },
      { title: "the app fetches again", deed: "foreground", awaits: "fetched" },
      GONE,
    ],
    rules: ["says-seen", "prompt-gone", "no-prompt-after-close"],
  },
  {
    name: "later",
    title: "A person puts it off, and is asked again when the time has come",
    steps: [
      START,
      OPEN,
      { title: "the prompt is put off", deed: "later", awaits: "snoozed" },
      { title: "the app fetches again", deed: "foreground", awaits: "fetched" },
      GONE,
      {
        title: "the app fetches when the time has come",
        deed: "foreground",
        push: "ask",
        before: [{ snooze: "over" }],
        awaits: "fetched",
      },
      { ...OPEN, title: "the prompt is shown again" },
    ],
    rules: ["quiet-while-snoozed", "prompt-gone", "comes-back"],
  },
  {
    name: "closed",
    title: "The agent cancels while the prompt is open",
    steps: [
      START,
      OPEN,
      {
        title: "the app hears of it",
        deed: "foreground",
        push: "closed",
        before: [{ request: "cancelled" }],
        awaits: "fetched",
      },
      GONE,
      { title: "the app fetches again", deed: "foreground", awaits: "fetched" },
      { ...GONE, title: "and stays gone" },
    ],
    rules: ["prompt-gone", "no-prompt-after-close"],
  },
  {
    name: "answered-elsewhere",
    title: "Another device answered a moment earlier",
    steps: [
      START,
      OPEN,
      {
        title: "the answer is refused",
        deed: "share",
        before: [{ refuse: "consentToLogRequest", as: "already_answered" }, { request: "declined" }],
        awaits: "answerRefused",
      },
      GONE,
      { title: "the app fetches again", deed: "foreground", awaits: "fetched" },
      { ...GONE, title: "and stays gone" },
    ],
    rules: ["refusal-ends", "prompt-gone", "no-prompt-after-close"],
  },
  {
    name: "other-user",
    title: "Another person signs in while the first one is asked",
    steps: [
      START,
      OPEN,
      { title: "the other person's requests are fetched", deed: "changeUser", push: "ask", awaits: "fetchedByOther" },
      {
        title: "nothing of the first person's is shown",
        deed: "look",
        awaits: { ask: "Is nothing of the first person's request on the screen?", rule: "prompt-gone" },
      },
    ],
    rules: ["own-requests-only", "moves-registration", "prompt-gone"],
  },
  {
    name: "other-user-upload",
    title: "Another person signs in while the first one's files are uploaded",
    steps: [
      START,
      OPEN,
      { title: "an upload is on its way", deed: "share", before: [{ upload: "hold" }], awaits: "uploadBegun" },
      { title: "the other person's requests are fetched", deed: "changeUser", awaits: "fetchedByOther" },
      {
        ...STORED,
        title: "the first person is back, and every file is uploaded",
        deed: "changeBack",
        before: [{ upload: "release" }],
      },
      TOLD,
    ],
    rules: ["own-requests-only", "waits-for-its-user", "announced-bytes"],
  },
  {
    name: "lost-answer",
    title: "The answer arrives, and the app never hears so",
    steps: [START, OPEN, { ...SHARE, before: [{ loseAnswerOf: "consentToLogRequest" }] }, STORED, TOLD],
    rules: ["same-answer-again", "announced-bytes"],
  },
  {
    name: "expired-links",
    title: "The links run out before they are used",
    steps: [START, OPEN, SHARE, { ...STORED, before: [{ links: "expire" }] }, TOLD],
    rules: ["new-links-after-403", "tells-outcome"],
  },
  {
    name: "lost-upload",
    title: "An upload arrives, and its answer is lost",
    steps: [START, OPEN, { ...SHARE, before: [{ upload: "storeSilently" }] }, STORED, TOLD],
    rules: ["finds-out"],
  },
  {
    name: "403-after-success",
    title: "An upload arrived, and the app hears 403",
    steps: [START, OPEN, { ...SHARE, before: [{ upload: "storeAndRefuse", as: 403 }] }, STORED, TOLD],
    rules: ["new-links-after-403", "there-is-uploaded"],
  },
  {
    name: "409-after-success",
    title: "An upload arrived, and the app hears 409",
    steps: [START, OPEN, { ...SHARE, before: [{ upload: "storeAndRefuse", as: 409 }] }, STORED, TOLD],
    rules: ["exists-is-uploaded"],
  },
  {
    name: "restart",
    title: "The app ends in the middle of an upload, and its logs go on",
    steps: [
      START,
      OPEN,
      { title: "an upload is on its way", deed: "share", before: [{ upload: "hold" }], awaits: "uploadBegun" },
      { ...STORED, title: "the app starts again and uploads the files as they were shown", deed: "kill" },
      TOLD,
    ],
    rules: ["finishes-after-restart", "announced-bytes"],
  },
  {
    name: "blocks",
    title: "Links take blocks, the connection breaks in one, and the app ends in the next",
    blocksOverBytes: 0,
    steps: [
      { ...START, needs: "a log that fills at least two of the app's blocks" },
      OPEN,
      { ...SHARE, before: [{ block: "cut" }] },
      {
        title: "the connection breaks in the middle of the second block",
        awaits: "blockCut",
        optional: { why: "the app sent each file whole or in one block, which is right too", when: "told" },
      },
      { title: "the app goes on with the blocks", before: [{ block: "hold" }], awaits: "blockHeld" },
      {
        ...STORED,
        title: "the app starts again, sends the blocks that are not there, and makes files of them",
        deed: "kill",
        before: [{ links: "expire" }],
      },
      TOLD,
    ],
    rules: ["block-ids", "goes-on-with-blocks", "block-list", "given-headers", "announced-bytes"],
  },
  {
    name: "busy",
    title: "The API and the file store are busy, and say for how long",
    steps: [
      { ...START, before: [{ refuse: "listMyLogRequests", as: "database_unavailable", retryAfterSeconds: 2 }] },
      OPEN,
      {
        ...SHARE,
        before: [
          { refuse: "consentToLogRequest", as: "database_unavailable", retryAfterSeconds: 2 },
          { upload: "busy", retryAfterSeconds: 2 },
        ],
      },
      STORED,
      { ...TOLD, before: [{ refuse: "completeUploads", as: "rate_limited", retryAfterSeconds: 2 }] },
    ],
    rules: ["tries-again", "waits-as-told"],
  },
  {
    name: "store-away",
    title: "The answer is recorded without links, because the file store is away",
    steps: [
      START,
      OPEN,
      { ...SHARE, before: [{ storeAway: true }] },
      { ...STORED, before: [{ storeAway: false }] },
      TOLD,
    ],
    rules: ["asks-for-links", "waits-as-told"],
  },
  {
    name: "clock-off",
    title: "The device's clock is three hours ahead",
    clockOffsetMs: -3 * HOURS,
    steps: [START, OPEN, SHARE, STORED, TOLD],
    rules: ["asks-the-server-clock"],
  },
  {
    name: "take-back",
    title: "The person takes it back while it uploads",
    steps: [
      START,
      OPEN,
      { title: "an upload is on its way", deed: "share", before: [{ upload: "hold" }], awaits: "uploadBegun" },
      { title: "the consent is taken back", deed: "takeBack", awaits: "withdrawn" },
      { title: "the app fetches again", deed: "foreground", before: [{ upload: "release" }], awaits: "fetched" },
    ],
    rules: ["stops-after-take-back"],
  },
  {
    name: "cancelled-upload",
    title: "The agent cancels while files are uploaded",
    steps: [
      START,
      OPEN,
      SHARE,
      {
        title: "the app hears that nothing more is wanted",
        before: [{ request: "cancelled" }, { links: "expire" }],
        awaits: "toldOver",
      },
      { title: "the app fetches again", deed: "foreground", awaits: "fetched" },
    ],
    rules: ["stops-when-over"],
  },
  {
    name: "token",
    title: "The token has run out",
    steps: [{ ...START, before: [{ refuse: "listMyLogRequests", as: "unauthenticated" }] }, OPEN],
    rules: ["token-again"],
  },
  {
    name: "pages",
    title: "The request is on the second page",
    pages: true,
    steps: [START, OPEN],
    rules: ["all-pages"],
  },
  {
    name: "test-push",
    title: "The app tests its pushes, and says which link of the chain is broken",
    steps: [
      START,
      {
        title: "the app asks for a test push",
        deed: "testPush",
        awaits: "testPushAsked",
        optional: { why: "the app has no test of its pushes" },
      },
      {
        title: "the test push arrives",
        deed: "look",
        push: "test",
        awaits: { ask: "Is the test push shown, and does the app say that it arrived?", rule: "shows-test-push" },
      },
      {
        title: "the app asks for one more, and the push service no longer knows its token",
        deed: "testPush",
        before: [{ pushService: "channel_invalid" }],
        awaits: "testPushAsked",
      },
      {
        title: "the app says what is broken",
        deed: "look",
        awaits: { ask: "Does the app say that its token is what is broken?", rule: "names-broken-link" },
      },
      {
        title: "the app asks for one more, which does not arrive: inject nothing",
        deed: "testPush",
        before: [{ pushService: "accepted" }],
        awaits: "testPushAsked",
      },
      {
        title: "the app stops waiting for it",
        deed: "look",
        awaits: { ask: "Does the app say that the push was taken and did not arrive?", rule: "names-broken-link" },
      },
    ],
    rules: ["tests-own-installation", "shows-test-push", "names-broken-link"],
  },
  {
    name: "newer-server",
    title: "The server is newer than the app",
    fromTheFuture: true,
    steps: [START, OPEN, SHARE, STORED, TOLD],
    rules: ["ignores-unknown"],
  },
];
