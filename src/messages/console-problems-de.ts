import type { CONSOLE_PROBLEMS_EN } from "./console-problems-en.ts";

/** The same in German. A rule follows the name of its field: `Reason: is missing`. */
export const CONSOLE_PROBLEMS_DE = {
  "error.invalid_request": "Etwas daran ist nicht so, wie es sein muss.",
  "error.unauthenticated": "Sie sind abgemeldet. Melden Sie sich wieder an.",
  "error.internal":
    "Auf dem Server ging etwas schief. Versuchen Sie es noch einmal; bleibt es so, nennen Sie Ihrer Administration die Referenz.",
  "error.in_progress": "Der erste Versuch läuft noch. Warten Sie kurz und versuchen Sie es noch einmal.",
  "error.idempotency_key_reused":
    "Das wurde schon mit anderem Inhalt gesendet. Laden Sie die Seite neu und senden Sie es noch einmal.",
  "error.external_id_taken": "Ein anderes Ticket hat diese externe Kennung.",
  "error.installation_not_of_user": "Dieses Gerät gehört nicht zu diesem Nutzer.",
  "error.not_text": "Diese Datei ist kein Text.",
  "error.range_not_satisfiable": "Die Datei hat keinen solchen Teil.",
  "error.unusable_zip": "Dieses Zip kann nicht ans Ticket gelegt werden.",
  "error.unsupported_media_type": "Der Server nimmt diese Art von Inhalt nicht an.",
  "error.precondition_required": "Laden Sie die Seite neu: Der Server muss wissen, welche Fassung Sie geändert haben.",
  "error.not_json": "Der Server konnte nicht lesen, was gesendet wurde. Laden Sie die Seite neu.",
  "error.body_too_slow":
    "Was gesendet wurde, kam zu langsam an. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.",
  "error.method_not_allowed":
    "Der Server kennt diese Handlung nicht. Laden Sie die Seite neu: Vielleicht gibt es eine neuere Fassung.",
  "rule.missing": "fehlt",
  "rule.not_known": "ist hier nicht bekannt",
  "rule.wrong_type": "hat nicht die richtige Art",
  "rule.too_short": "muss mindestens {{limit}} Zeichen haben",
  "rule.too_long": "darf höchstens {{limit}} Zeichen haben",
  "rule.too_few": "muss {{limit}} oder mehr haben",
  "rule.too_many": "darf höchstens {{limit}} haben",
  "rule.too_small": "muss {{limit}} oder mehr sein",
  "rule.too_big": "darf höchstens {{limit}} sein",
  "rule.not_allowed": "muss eines davon sein: {{allowed}}",
  "rule.bad_characters": "hat Zeichen, die nicht erlaubt sind",
  "rule.bad_form": "hat nicht die Form, die hier gilt",
  "rule.bad_name": "darf nur Kleinbuchstaben, Ziffern und „-“ haben, höchstens 40",
  "rule.bad_locale": "muss ein Sprachkürzel sein, etwa „de-AT“",
  "rule.bad_time": "muss ein Datum mit Uhrzeit sein",
  "rule.repeated": "nennt etwas zweimal",
  "rule.wrong_order": "muss vor dem Ende liegen",
  "rule.out_of_range": "liegt außerhalb der Zeit, die gewählt werden kann",
  "rule.belongs_together": "gilt nur zusammen mit dem anderen",
} satisfies Readonly<Record<keyof typeof CONSOLE_PROBLEMS_EN, string>>;
