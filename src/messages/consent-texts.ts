/**
 * What a user is shown before any log leaves the device. The hash that is recorded with an answer is over exactly these
 * bytes, placeholders unfilled; what stood in the placeholders is recorded beside it. A text that was shown never changes:
 * a new wording is a new version.
 *
 * Placeholders: {controller} {contact} {privacyNotice} {ticketNumber} {reason} {collectors} {window} {files} {totalSize}
 * {uploadBy} {retentionDays}; of a report {controller} {contact} {privacyNotice} {files} {totalSize} {retentionDays}.
 */
export const CONSENT_TEXTS = [
  {
    version: "default-1",
    locale: "en",
    text: `{controller} asks you for logs of this app, for your support ticket {ticketNumber}.

Why: {reason}

What is asked for: {collectors}. From which time: {window}.

What would be sent: {files}, {totalSize} together. Exactly these files as they are now, and nothing that is written later. You can leave out any of them.

Logs may hold technical details of your device, your connection and your calls, and whom you called and when.

Who may read them: the support staff of {controller} who work on this ticket. Every download is recorded.

How long: you have until {uploadBy} to send them. They are deleted {retentionDays} days after they were checked.

You decide. If you say no, nothing changes for you, and your ticket is worked on all the same. If you say yes, you can take it back at any time in this app; the files are then deleted, and you are told who had downloaded them before.

Questions: {contact}. Privacy notice: {privacyNotice}.
`,
  },
  {
    version: "default-1",
    locale: "de",
    text: `{controller} bittet Sie um Protokolle dieser App, für Ihr Support-Ticket {ticketNumber}.

Warum: {reason}

Worum gebeten wird: {collectors}. Aus welcher Zeit: {window}.

Was gesendet würde: {files}, zusammen {totalSize}. Genau diese Dateien, wie sie jetzt sind, und nichts, was später geschrieben wird. Sie können jede davon weglassen.

Protokolle können technische Angaben zu Ihrem Gerät, Ihrer Verbindung und Ihren Anrufen enthalten, auch mit wem und wann Sie telefoniert haben.

Wer sie lesen darf: die Mitarbeitenden im Support von {controller}, die dieses Ticket bearbeiten. Jeder Download wird festgehalten.

Wie lange: Sie haben bis {uploadBy} Zeit, sie zu senden. Sie werden {retentionDays} Tage nach der Prüfung gelöscht.

Sie entscheiden. Wenn Sie ablehnen, ändert sich für Sie nichts, und Ihr Ticket wird trotzdem bearbeitet. Wenn Sie zustimmen, können Sie das jederzeit in dieser App zurücknehmen; die Dateien werden dann gelöscht, und Sie erfahren, wer sie vorher heruntergeladen hat.

Fragen: {contact}. Datenschutzhinweise: {privacyNotice}.
`,
  },
  {
    version: "report-1",
    locale: "en",
    text: `You are about to report an issue to {controller}.

What is sent: what you wrote, the ids of the call, and {files}, {totalSize} together. Exactly these files as they are now, and nothing that is written later. You can leave out any of them.

Logs may hold technical details of your device, your connection and your calls, and whom you called and when.

Who may read them: the support staff of {controller} who work on your ticket. Every download is recorded.

How long: the files are deleted {retentionDays} days after they were checked.

You can take the files back at any time in this app; they are then deleted, and you are told who had downloaded them before.

Questions: {contact}. Privacy notice: {privacyNotice}.
`,
  },
  {
    version: "report-1",
    locale: "de",
    text: `Sie melden {controller} ein Problem.

Was gesendet wird: was Sie geschrieben haben, die Kennungen des Anrufs, und {files}, zusammen {totalSize}. Genau diese Dateien, wie sie jetzt sind, und nichts, was später geschrieben wird. Sie können jede davon weglassen.

Protokolle können technische Angaben zu Ihrem Gerät, Ihrer Verbindung und Ihren Anrufen enthalten, auch mit wem und wann Sie telefoniert haben.

Wer sie lesen darf: die Mitarbeitenden im Support von {controller}, die Ihr Ticket bearbeiten. Jeder Download wird festgehalten.

Wie lange: Die Dateien werden {retentionDays} Tage nach der Prüfung gelöscht.

Sie können die Dateien jederzeit in dieser App zurücknehmen; sie werden dann gelöscht, und Sie erfahren, wer sie vorher heruntergeladen hat.

Fragen: {contact}. Datenschutzhinweise: {privacyNotice}.
`,
  },
] as const;

/** The subject of a ticket that a report without a word opens. Agents read it. */
export const WORDLESS_REPORT_SUBJECT = "Report from the app";

/** What stands for `{window}` when the agent asks about no time in particular, by the language of the text. */
export const ANY_TIME: Readonly<Record<string, string>> = { en: "any", de: "beliebig" };
