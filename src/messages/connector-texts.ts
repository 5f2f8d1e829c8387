/** What another ticket system's item says in words, by the language that the deployment set for it. `{…}` are filled in. */

export const CONNECTOR_LOCALES = ["en", "de"] as const;
export type ConnectorLocale = (typeof CONNECTOR_LOCALES)[number];

export interface ConnectorTexts {
  readonly ticket: string;
  readonly calls: string;
  readonly attachment: string;
  readonly hyperlink: string;
  readonly "ticket.updated": Readonly<Record<"open" | "solved" | "closed", string>>;
  readonly "request.consented": string;
  readonly "request.declined": string;
  readonly "request.cancelled": string;
  readonly "request.expired": string;
  readonly "request.linked": string;
  readonly "request.rejected": string;
  readonly "request.withdrawn": string;
  readonly "report.created": string;
  readonly "report.rejected": string;
  readonly "report.withdrawn": string;
  readonly withdrawn: string;
  readonly retention: string;
}

export const CONNECTOR_TEXTS: Readonly<Record<ConnectorLocale, ConnectorTexts>> = {
  en: {
    ticket: "The ticket in Beckon",
    calls: "Calls",
    attachment: "Shared by the user, checked against the consent",
    hyperlink: "Too large to attach: shared by the user, to be opened in Beckon",
    "ticket.updated": {
      open: "The ticket is open again.",
      solved: "The ticket is solved.",
      closed: "The ticket is closed.",
    },
    "request.consented": "The user agreed to share log files.",
    "request.declined": "The user declined to share log files.",
    "request.cancelled": "The request for log files was cancelled.",
    "request.expired": "The user gave no answer in time.",
    "request.linked": "The log files are on the ticket.",
    "request.rejected": "The request for log files ended without files.",
    "request.withdrawn": "The user took the consent back.",
    "report.created": "A user reported an issue.",
    "report.rejected": "A user's report ended without its files.",
    "report.withdrawn": "A user took the files of their report back.",
    withdrawn: "{name}: the user took this file back. It is removed.",
    retention: "{name}: the time for which this file is kept is over. It is removed.",
  },
  de: {
    ticket: "Das Ticket in Beckon",
    calls: "Anrufe",
    attachment: "Vom Nutzer freigegeben, gegen die Einwilligung geprüft",
    hyperlink: "Zu groß zum Anhängen: vom Nutzer freigegeben, in Beckon zu öffnen",
    "ticket.updated": {
      open: "Das Ticket ist wieder offen.",
      solved: "Das Ticket ist gelöst.",
      closed: "Das Ticket ist geschlossen.",
    },
    "request.consented": "Der Nutzer hat zugestimmt, Protokolldateien zu teilen.",
    "request.declined": "Der Nutzer hat abgelehnt, Protokolldateien zu teilen.",
    "request.cancelled": "Die Anfrage nach Protokolldateien wurde abgebrochen.",
    "request.expired": "Der Nutzer hat nicht rechtzeitig geantwortet.",
    "request.linked": "Die Protokolldateien sind am Ticket.",
    "request.rejected": "Die Anfrage nach Protokolldateien endete ohne Dateien.",
    "request.withdrawn": "Der Nutzer hat die Einwilligung zurückgenommen.",
    "report.created": "Ein Nutzer hat ein Problem gemeldet.",
    "report.rejected": "Die Meldung eines Nutzers endete ohne ihre Dateien.",
    "report.withdrawn": "Ein Nutzer hat die Dateien seiner Meldung zurückgenommen.",
    withdrawn: "{name}: Der Nutzer hat diese Datei zurückgenommen. Sie ist entfernt.",
    retention: "{name}: Die Aufbewahrungszeit dieser Datei ist vorbei. Sie ist entfernt.",
  },
};
