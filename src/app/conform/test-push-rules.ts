import { callsOf, isOk, personSays, type Rule } from "./rule.ts";

/** Where an app lets its people look where pushes get lost. */
export const TEST_PUSH_RULES = {
  "tests-own-installation": {
    right:
      "POST /v1/installations/{installationId}:testPush of the installation that the app registered for this user.",
    look(story) {
      const calls = callsOf(story, "testPush");
      const stranger = calls.find(({ code }) => code === "not_found");
      if (stranger)
        return { wrong: `The app asked for a test push to ${stranger.id}, which this user has not registered.` };
      return calls.some(isOk) ? "kept" : undefined;
    },
  },
  "shows-test-push": {
    right: "Show a push of type beckon.test as one that asks is shown, and note by its testId that it arrived.",
    look: personSays("shows-test-push"),
  },
  "names-broken-link": {
    right:
      "Say which link broke: permission, token, hub sync, credential or display; a testId that never came is display.",
    look: personSays("names-broken-link"),
  },
} as const satisfies Record<string, Rule>;
