/** What another ticket system's item says in words, by the language that the deployment set for it. `{…}` are filled in. */

export const CONNECTOR_LOCALES = ["en", "de"] as const;
export type ConnectorLocale = (typeof CONNECTOR_LOCALES)[number];

export interface ConnectorTexts {
  readonly ticket: string;
  readonly calls: string;
  readonly attachment: string;
  readonly hyperlink: string;
  /** Of what an agent added, by whether its manifest holds. */
  readonly added: Readonly<Record<"export" | "agent_upload", Readonly<Record<"attachment" | "hyperlink", string>>>>;
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
  readonly "agentUpload.created": Readonly<Record<"export" | "agent_upload", string>>;
  readonly withdrawn: string;
  readonly removed: string;
  readonly retention: string;
}

export const CONNECTOR_TEXTS: Readonly<Record<ConnectorLocale, ConnectorTexts>> = {
  en: {
    ticket: "The ticket in Beckon",
    calls: "Calls",
    attachment: "Shared by the user, checked against the consent",
    hyperlink: "Too large to attach: shared by the user, to be opened in Beckon",
    added: {
      export: {
        attachment: "Exported by the user, added by an agent, checked against the export's manifest",
        hyperlink: "Too large to attach: exported by the user, added by an agent, to be opened in Beckon",
      },
      agent_upload: {
        attachment: "Unproven: added by an agent, no consent of a user names it",
        hyperlink: "Unproven, and too large to attach: added by an agent, to be opened in Beckon",
      },
    },
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
    "agentUpload.created": {
      export: "An agent added log files that the user had exported.",
      agent_upload: "An agent added a file that is unproven.",
    },
    removed: "{name}: an agent removed this file. It is removed here as well.",
    withdrawn: "{name}: the user took this file back. It is removed.",
    retention: "{name}: the time for which this file is kept is over. It is removed.",
  },
  de: {
    ticket: "Das Ticket in Beckon",
    calls: "Anrufe",
    attachment: "Vom Nutzer freigegeben, gegen die Einwilligung geprüft",
    hyperlink: "Zu groß zum Anhängen: vom Nutzer freigegeben, in Beckon zu öffnen",
    added: {
      export: {
        attachment: "Vom Nutzer exportiert, vom Support hinzugefügt, gegen die Liste des Exports geprüft",
        hyperlink: "Zu groß zum Anhängen: vom Nutzer exportiert, vom Support hinzugefügt, in Beckon zu öffnen",
      },
      agent_upload: {
        attachment: "Unbelegt: vom Support hinzugefügt, keine Zustimmung eines Nutzers nennt sie",
        hyperlink: "Unbelegt und zu groß zum Anhängen: vom Support hinzugefügt, in Beckon zu öffnen",
      },
    },
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
    "agentUpload.created": {
      export: "Der Support hat Protokolldateien hinzugefügt, die der Nutzer exportiert hatte.",
      agent_upload: "Der Support hat eine Datei hinzugefügt, die unbelegt ist.",
    },
    removed: "{name}: Der Support hat diese Datei entfernt. Sie ist auch hier entfernt.",
    withdrawn: "{name}: Der Nutzer hat diese Datei zurückgenommen. Sie ist entfernt.",
    retention: "{name}: Die Aufbewahrungszeit dieser Datei ist vorbei. Sie ist entfernt.",
  },
};
