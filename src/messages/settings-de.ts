/** What each setting is for, in German: the settings screen shows it in place of the server's English. A test holds it to the settings that there are. */
export const SETTING_MEANINGS_DE: Readonly<Record<string, string>> = {
  NODE_ENV: "'production' weist alles zurück, was nur für die Entwicklung ist",
  HOST: "Adresse, an der die API lauscht",
  PORT: "Port, an dem die API lauscht; 0 nimmt einen freien und gibt ihn aus",
  PUBLIC_URL: "Wo Nutzer und Agenten die API erreichen; Links entstehen daraus. In Produktion nötig",
  TRUST_PROXY: "Wie viele der vorgeschalteten Proxys Ihre eigenen sind",
  LOG_LEVEL: "Wie viel protokolliert wird",
  DATABASE_URL: "PostgreSQL 16 oder neuer",
  DATABASE_POOL_SIZE: "Verbindungen je Prozess",
  REDIS_URL:
    "Warteschlange auf Redis: redis://, rediss://, redis+sentinel://, redis+cluster://. Nicht gesetzt: sie liegt in PostgreSQL",
  QUEUE_PREFIX: "Damit beginnt jeder Redis-Schlüssel der Warteschlangen und der Ratenbegrenzung",
  BLOB_ENDPOINT: "Blobdienst, etwa https://ACCOUNT.blob.core.windows.net",
  BLOB_ACCOUNT_KEY:
    "Kontoschlüssel. Nur für Azurite oder mit ALLOW_ACCOUNT_KEY. Nicht gesetzt: Benutzerdelegierung durch DefaultAzureCredential",
  ALLOW_ACCOUNT_KEY: "BLOB_ACCOUNT_KEY auch gegenüber dem echten Azure verwenden",
  BLOB_PUBLIC_URL: "Host in Links, wenn Geräte den Speicher unter einem anderen Namen erreichen",
  BLOB_INGEST_CONTAINER: "Wohin Geräte hochladen",
  BLOB_EVIDENCE_CONTAINER: "Wo geprüfte Dateien aufbewahrt werden",
  BLOB_BLOCKS_OVER_BYTES:
    "Dateien über so vielen Bytes werden in Blöcken hochgeladen, mit Links, die bis zu ihrem Ablauf überschreiben können, wo der Dienst keine anderen hat. Nicht gesetzt: jede Datei in einem Stück von höchstens 5.000 MiB",
  BLOB_CORS_ORIGINS: "Web-Ursprünge, die hochladen dürfen, mit Kommas",
  API_CORS_ORIGINS: "Web-Ursprünge, deren Seiten die API mit dem SDK aufrufen dürfen, mit Kommas",
  HUB_CONNECTION_STRING:
    "Notification Hub, eine Richtlinie mit Listen und Send (und Manage für Telemetrie und HUB_MODE=own)",
  HUB_CONNECTION_STRING_2:
    "Der zweite Schlüssel, der versucht wird, wenn der erste abgelehnt wird; für einen Wechsel ohne Lücke",
  HUB_NAME: "Name des Notification Hubs",
  HUB_MODE:
    "'own': Der Hub gehört dieser Installation allein, und Geräte namens beckon-…, die sie nicht kennt, werden entfernt; 'shared': Andere registrieren sich dort auch, und nichts wird aufgelistet",
  DEPLOYMENT_KEY:
    "Geheimnis aus mindestens 32 Zeichen: verbirgt Nutzerkennungen vor dem Hub, signiert Installationstoken",
  AGENT_ISSUER: "OIDC-Aussteller der Agenten. In der Entwicklung nicht gesetzt: der Entwicklungsaussteller",
  AGENT_AUDIENCE: "`aud` in den Token der Agenten",
  AGENT_CLIENT_ID: "Client-Kennung der Konsole bei AGENT_ISSUER; ihre Weiterleitung dort ist PUBLIC_URL/auth/callback",
  AGENT_CLIENT_SECRET: "Client-Geheimnis der Konsole. Nicht gesetzt: nur PKCE",
  AGENT_SCOPE: "Was die Konsole von AGENT_ISSUER erbittet; dessen ID-Token müssen AGENT_ROLES_CLAIM enthalten",
  AGENT_SUBJECT_CLAIM: "Claim mit der Kennung eines Agenten",
  AGENT_ROLES_CLAIM: "Claim mit den Rollen eines Agenten",
  DEVICE_ISSUER: "OIDC-Aussteller der Nutzer der App. In der Entwicklung nicht gesetzt: der Entwicklungsaussteller",
  DEVICE_AUDIENCE: "`aud` in den Token der Geräte",
  DEVICE_SUBJECT_CLAIM: "Claim mit der Nutzerkennung, die die App selbst verwendet",
  DEV_ISSUER: "Den Entwicklungsaussteller unter /dev-issuer anbieten. In Produktion abgelehnt",
  ALLOW_INSECURE_HOSTS: "Hosts, die über einfaches http erreicht werden dürfen. In Produktion leer",
  RETENTION_DAYS: "Wie viele Tage geprüfte Dateien aufbewahrt werden",
  UPLOAD_BY_HOURS: "Wie viele Stunden ein Nutzer nach dem Teilen zum Hochladen hat",
  ANSWER_BY_HOURS: "Wie viele Stunden ein Nutzer gefragt wird, wenn der Agent keine Zeit setzt",
  MAX_REMINDERS: "Wie oft eine Anfrage erinnern darf",
  CONTROLLER_NAME: "Wer fragt, so wie es Nutzer lesen",
  CONTROLLER_CONTACT: "Wem Nutzer schreiben können",
  PRIVACY_NOTICE_URL: "Der Datenschutzhinweis, den Nutzer lesen können",
  CONSENT_TEXT_VERSION:
    "Fassung des Einwilligungstexts, den Nutzer sehen; die eigene zuerst mit PUT /v1/consent-texts/{version}/{locale} ablegen",
  REPORT_TEXT_VERSION: "Fassung des Einwilligungstexts, den Nutzer sehen, bevor sie etwas melden",
  REPORT_MATCH:
    "Zu welchem offenen Ticket eine Meldung kommt: 'call_and_user' zu dem desselben Anrufs und Nutzers, 'call' zu dem desselben Anrufs, wer auch immer ihn gemeldet hat",
  REPORT_MAX_FILE_BYTES: "Bytes, die eine Datei einer Meldung haben darf",
  REPORT_MAX_BYTES:
    "Bytes, die die Dateien einer Meldung zusammen haben dürfen; und ein exportiertes Zip, das ein Agent ablegt, auch entpackt",
  REPORT_MAX_FILES: "Dateien, die eine Meldung haben darf",
  REPORT_MAX_BYTES_A_DAY: "Bytes, die ein Nutzer in 24 Stunden melden darf",
  REPORT_MAX_A_DAY: "Meldungen eines Nutzers in 24 Stunden",
  REPORT_UPLOADS_AT_ONCE:
    "Meldungen als Formular und exportierte Zips, die ein API-Prozess zugleich annimmt, mit je bis zu 12 MiB Speicher; wer darüber hinaus kommt, soll wiederkommen",
  APP_NAVIGATE_URL: "Wohin die Benachrichtigung eines Browsers führt; /{requestId} wird angehängt",
  AZURE_DEVOPS_ORGANIZATION_URL:
    "Azure DevOps, etwa https://dev.azure.com/ORGANIZATION: Tickets können Work Items werden. Nicht gesetzt: Sie können es nicht",
  AZURE_DEVOPS_PROJECT: "Das Projekt, das die Work Items bekommt",
  AZURE_DEVOPS_WORK_ITEM_TYPE: "Was aus einem Ticket wird, so benannt wie im Prozess des Projekts, etwa Bug oder Issue",
  AZURE_DEVOPS_AREA_PATH: "Bereichspfad neuer Work Items. Nicht gesetzt: der des Projekts",
  AZURE_DEVOPS_TOKEN:
    "Persönliches Zugriffstoken mit Work items (read & write; full, um Zurückgenommenes zu löschen). Nicht gesetzt: Microsoft Entra ID durch DefaultAzureCredential",
  AZURE_DEVOPS_ATTACHMENT_LIMIT_BYTES:
    "Größere Dateien werden ein Hyperlink am Work Item; so viel, wie die Organisation annimmt: 60 MB, wenn es nicht erhöht wurde",
  AZURE_DEVOPS_CREATE_FOR_ALL: "Aus jedem neuen Ticket wird von selbst ein Work Item",
  AZURE_DEVOPS_STATES:
    "Der Zustand des Work Items für den eines Tickets, etwa open=Active,solved=Resolved,closed=Closed. Ein Zustand ohne Eintrag wird als Kommentar mitgeteilt",
  AZURE_DEVOPS_LOCALE: "Sprache dessen, was Work Items mitgeteilt wird",
  RATE_LIMIT_ADDRESS: "Aufrufe pro Minute von einer Adresse",
  RATE_LIMIT_AGENT: "Aufrufe pro Minute eines Agenten",
  RATE_LIMIT_DEVICE: "Aufrufe pro Minute eines Nutzers",
  RATE_LIMIT_KEY: "Aufrufe pro Minute eines API-Schlüssels",
  FAILPOINT: "Für Tests: an dieser Stelle sterben. In Produktion abgelehnt",
  FAILPOINT_FILE: "Für Tests: wohin der Treffer vor dem Sterben geschrieben wird",
};
