/**
 * The constant texts that a browser shows for a push. They hold no name, no reason and no product: a lock screen is public,
 * and the push service reads them. Apps on phones bring their own texts and get keys instead.
 *
 * `closed` also takes a prompt down that the user put off, so it says nothing of an end.
 */
export const PUSH_TEXTS = {
  en: {
    ask: { title: "Support is asking for app logs", body: "See what would be shared. You decide." },
    remind: { title: "Support is still asking for app logs", body: "See what would be shared. You decide." },
    closed: { title: "No longer needed", body: "There is nothing to do right now." },
    test: { title: "Notifications arrive", body: "This was a test. There is nothing to do." },
  },
  de: {
    ask: { title: "Der Support bittet um App-Protokolle", body: "Ansehen, was geteilt würde. Sie entscheiden." },
    remind: {
      title: "Der Support bittet weiter um App-Protokolle",
      body: "Ansehen, was geteilt würde. Sie entscheiden.",
    },
    closed: { title: "Nicht mehr nötig", body: "Im Moment ist nichts zu tun." },
    test: { title: "Mitteilungen kommen an", body: "Das war ein Test. Es ist nichts zu tun." },
  },
} as const;
