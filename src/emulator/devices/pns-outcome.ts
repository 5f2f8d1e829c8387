/**
 * What a push service can say about one message (documentation of telemetry), with whether it means that the handle
 * is gone: the hub then removes the registrations of that handle and an installation's `pushChannelExpired` becomes true.
 */
export const PNS_OUTCOMES = {
  Success: { accepted: true, handleGone: false },
  Skipped: { accepted: false, handleGone: false },
  AbandonedNotificationMessages: { accepted: false, handleGone: false },
  BadChannel: { accepted: false, handleGone: true },
  ExpiredChannel: { accepted: false, handleGone: true },
  WrongChannel: { accepted: false, handleGone: true },
  ChannelDisconnected: { accepted: false, handleGone: false },
  ChannelThrottled: { accepted: false, handleGone: false },
  Throttled: { accepted: false, handleGone: false },
  Dropped: { accepted: false, handleGone: false },
  InvalidCredentials: { accepted: false, handleGone: false },
  InvalidNotificationSize: { accepted: false, handleGone: false },
  PnsInterfaceError: { accepted: false, handleGone: false },
  PnsServerError: { accepted: false, handleGone: false },
  PnsUnavailable: { accepted: false, handleGone: false },
  PnsUnreachable: { accepted: false, handleGone: false },
  WrongToken: { accepted: false, handleGone: true },
  InvalidToken: { accepted: false, handleGone: true },
  UnknownError: { accepted: false, handleGone: false },
} as const;

export type PnsOutcome = keyof typeof PNS_OUTCOMES;

export function isPnsOutcome(word: string): word is PnsOutcome {
  return Object.hasOwn(PNS_OUTCOMES, word);
}
