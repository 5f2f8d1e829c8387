/**
 * Reasons that agents need from the first day. `beckon migrate` seeds them once; leads change or remove them in the console,
 * and they stay as they were left.
 */
export const REASON_TEMPLATES = [
  {
    id: "call-drops",
    texts: {
      en: {
        name: "Calls drop",
        reason: "To see why your calls end by themselves, we need what the app wrote down about its connection.",
      },
      de: {
        name: "Anrufe brechen ab",
        reason:
          "Um zu sehen, warum Ihre Anrufe von selbst enden, brauchen wir, was die App über ihre Verbindung aufgeschrieben hat.",
      },
    },
    collectors: ["acs-calling", "app"],
    windowHours: 24,
    answerByHours: 24,
  },
  {
    id: "poor-sound",
    texts: {
      en: {
        name: "Poor sound or picture",
        reason: "To see why sound or picture were poor, we need what the app measured during your calls.",
      },
      de: {
        name: "Schlechter Ton oder schlechtes Bild",
        reason:
          "Um zu sehen, warum Ton oder Bild schlecht waren, brauchen wir, was die App während Ihrer Anrufe gemessen hat.",
      },
    },
    collectors: ["acs-calling", "media"],
    windowHours: 48,
    answerByHours: 48,
  },
  {
    id: "app-trouble",
    texts: {
      en: {
        name: "The app crashes or will not sign in",
        reason: "To see why the app stopped or did not let you in, we need what it wrote down around that time.",
      },
      de: {
        name: "Die App stürzt ab oder lässt nicht anmelden",
        reason:
          "Um zu sehen, warum die App beendet wurde oder Sie nicht hineinließ, brauchen wir, was sie um diese Zeit aufgeschrieben hat.",
      },
    },
    collectors: ["app", "system"],
    windowHours: 72,
    answerByHours: 72,
  },
] as const;
