/** The links of the chain, from the user's permission to the screen. */
export const LINK_NAMES = ["permission", "token", "hubSync", "credential", "display"] as const;

export type PushLinkName = (typeof LINK_NAMES)[number];

interface Meaning {
  readonly link: PushLinkName;
  readonly state: "ok" | "broken" | "unknown";
  readonly todo: string;
}

/** What each finding means, and what to do about it. */
export const PUSH_REASONS = {
  permission_granted: { link: "permission", state: "ok", todo: "" },
  permission_denied: {
    link: "permission",
    state: "broken",
    todo: "The user does not allow notifications: show them where the system's settings for this app are.",
  },
  permission_default: {
    link: "permission",
    state: "broken",
    todo: "The user was never asked: ask for the permission, then register.",
  },
  permission_untold: {
    link: "permission",
    state: "unknown",
    todo: "Give `notificationState`, which asks the platform.",
  },
  not_registered: {
    link: "token",
    state: "broken",
    todo: "The server knows no such install of this user: call register() with the platform's token.",
  },
  token_taken: { link: "token", state: "ok", todo: "" },
  channel_invalid: {
    link: "token",
    state: "broken",
    todo: "The push service no longer knows the token: get a new one from the platform and call register() with it.",
  },
  push_service_refused: {
    link: "token",
    state: "broken",
    todo: "The push service did not take the push: see that token, platform and environment (sandbox or production) belong together.",
  },
  token_untold: {
    link: "token",
    state: "unknown",
    todo: "The hub did not wait for the push service's word: it was tested too often. Try again in a minute.",
  },
  hub_synced: { link: "hubSync", state: "ok", todo: "" },
  hub_pending: {
    link: "hubSync",
    state: "broken",
    todo: "The hub has not heard of this install yet: try again in a minute, then see that a worker runs and reaches the hub.",
  },
  hub_refused: {
    link: "hubSync",
    state: "broken",
    todo: "The hub does not take this install. `detail` says why; mostly the operator must mend it.",
  },
  hub_refused_us: {
    link: "credential",
    state: "broken",
    todo: "The hub refuses the server: the operator must mend its connection string or access policy. `detail` says what it said.",
  },
  hub_away: { link: "credential", state: "unknown", todo: "The hub cannot take pushes just now: try again later." },
  credential_invalid: {
    link: "credential",
    state: "broken",
    todo: "The push service refuses the credential that the hub has for this platform (APNs key, FCM account, WNS secret, VAPID keys): the operator must renew it.",
  },
  credential_taken: { link: "credential", state: "ok", todo: "" },
  shown: { link: "display", state: "ok", todo: "" },
  not_shown: {
    link: "display",
    state: "broken",
    todo: "The push arrived and the app could not show it: see permission, notification channel and category.",
  },
  shown_untold: {
    link: "display",
    state: "unknown",
    todo: "The push arrived. Give createBeckon `onTestPush`, which shows something and says whether that worked.",
  },
  not_arrived: {
    link: "display",
    state: "broken",
    todo: "The push did not come to handle() in time: see that the app hands every push to it, with the same storage, and that the system does not hold it back (battery saver, focus).",
  },
  /** A link before it is broken. */
  not_reached: { link: "display", state: "unknown", todo: "" },
} as const satisfies Record<string, Meaning>;

export type PushReason = keyof typeof PUSH_REASONS;
