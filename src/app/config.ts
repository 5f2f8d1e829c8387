/**
 * Every setting there is, in one schema, and the only reader of the environment. A wrong configuration lists every problem at once
 * and does not start. `.env.example` is compared with this table by a test.
 */
import { z } from "zod";
import { CONNECTOR_LOCALES } from "#messages/connector-texts.ts";
import { TICKET_STATES, type TicketState } from "#domain/vocabulary.ts";
import { MAX_REMINDERS, RETENTION_DAYS, SINGLE_UPLOAD_MAX_BYTES, UPLOAD_BY_SECONDS } from "#domain/policy.ts";

const flag = z.stringbool();
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean),
);
const port = z.coerce.number().int().min(0).max(65_535);
const MIB = 1024 * 1024;
const perMinute = z.coerce.number().int().min(1).max(10_000_000);

/** `open=Active,solved=Resolved`; a ticket's state, and what another system calls it. */
const stateMap = list.transform((pairs, context) => {
  const map: Partial<Record<TicketState, string>> = {};
  for (const pair of pairs) {
    const [, state, there] = /^([a-z]+)=(.+)$/.exec(pair) ?? [];
    const known = TICKET_STATES.find((name) => name === state);
    if (known && there !== undefined) map[known] = there.trim();
    else context.addIssue(`'${pair}' is not STATE=NAME with one of ${TICKET_STATES.join(", ")}`);
  }
  return map;
});

/** A setting: what it takes, and what it is for. Absent default: it must be set. */
const SETTINGS = z.object({
  NODE_ENV: z
    .enum(["production", "development", "test"])
    .default("production")
    .describe("'production' refuses everything that is only for development"),
  HOST: z.string().default("127.0.0.1").describe("Address that the API listens on"),
  PORT: port.default(0).describe("Port that the API listens on; 0 takes a free one and prints it"),
  PUBLIC_URL: z
    .url()
    .optional()
    .describe("Where users and agents reach the API; links are made from it. Needed in production"),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0).describe("How many proxies in front are yours"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info").describe("How much is logged"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe("PostgreSQL 16 or newer"),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(100).default(10).describe("Connections a process"),
  REDIS_URL: z
    .string()
    .regex(/^rediss?(\+sentinel|\+cluster)?:\/\//)
    .optional()
    .describe(
      "Queue on Redis: redis://, rediss://, redis+sentinel://, redis+cluster://. Unset: the queue is on PostgreSQL",
    ),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default("beckon")
    .describe("Begins every Redis key of the queues, and of the rate limits"),
  BLOB_ENDPOINT: z.url().describe("Blob service, such as https://ACCOUNT.blob.core.windows.net"),
  BLOB_ACCOUNT_KEY: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Account key. Only for Azurite, or with ALLOW_ACCOUNT_KEY. Unset: user delegation by DefaultAzureCredential",
    ),
  ALLOW_ACCOUNT_KEY: flag.default(false).describe("Take BLOB_ACCOUNT_KEY against real Azure as well"),
  BLOB_PUBLIC_URL: z.url().optional().describe("Host in links, where devices reach the store under another name"),
  BLOB_INGEST_CONTAINER: z
    .string()
    .regex(/^[a-z0-9-]{3,63}$/)
    .default("beckon-ingest")
    .describe("Where devices upload"),
  BLOB_EVIDENCE_CONTAINER: z
    .string()
    .regex(/^[a-z0-9-]{3,63}$/)
    .default("beckon-evidence")
    .describe("Where verified files are kept"),
  BLOB_BLOCKS_OVER_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(5_000 * 1024 * 1024)
    .optional()
    .describe(
      "Files over this many bytes upload in blocks, by links that can overwrite until they expire where the service has none that cannot. Unset: every file in one piece, of at most 5,000 MiB",
    ),
  BLOB_CORS_ORIGINS: list.default([]).describe("Web origins that may upload, with commas"),
  API_CORS_ORIGINS: list.default([]).describe("Web origins whose pages may call the API with the SDK, with commas"),
  HUB_CONNECTION_STRING: z
    .string()
    .startsWith("Endpoint=")
    .describe("Notification hub, a policy with Listen and Send (and Manage for telemetry and HUB_MODE=own)"),
  HUB_CONNECTION_STRING_2: z
    .string()
    .startsWith("Endpoint=")
    .optional()
    .describe("The second key, tried when the first is refused; for rotation without a gap"),
  HUB_NAME: z.string().min(1).default("beckon").describe("Name of the notification hub"),
  HUB_MODE: z
    .enum(["own", "shared"])
    .default("own")
    .describe(
      "'own': the hub is this deployment's alone, and installations named beckon-… that it does not know are removed; 'shared': others register there too, and nothing is listed",
    ),
  DEPLOYMENT_KEY: z
    .string()
    .min(32)
    .describe("Secret of at least 32 characters: hides user ids from the hub, signs installation tokens"),
  AGENT_ISSUER: z.url().optional().describe("OIDC issuer of agents. Unset in development: the development issuer"),
  AGENT_AUDIENCE: z.string().default("beckon-agents").describe("`aud` of agents' tokens"),
  AGENT_CLIENT_ID: z
    .string()
    .min(1)
    .default("beckon-console")
    .describe("The console's client id at AGENT_ISSUER; its redirect URI there is PUBLIC_URL/auth/callback"),
  AGENT_CLIENT_SECRET: z.string().min(1).optional().describe("The console's client secret. Unset: PKCE alone"),
  AGENT_SCOPE: z
    .string()
    .regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/, "must begin with 'openid'")
    .default("openid profile")
    .describe("What the console asks of AGENT_ISSUER; its ID tokens must carry AGENT_ROLES_CLAIM"),
  AGENT_SUBJECT_CLAIM: z.string().default("sub").describe("Claim that holds an agent's id"),
  AGENT_ROLES_CLAIM: z.string().default("roles").describe("Claim that lists an agent's roles"),
  DEVICE_ISSUER: z
    .url()
    .optional()
    .describe("OIDC issuer of the app's users. Unset in development: the development issuer"),
  DEVICE_AUDIENCE: z.string().default("beckon-devices").describe("`aud` of devices' tokens"),
  DEVICE_SUBJECT_CLAIM: z.string().default("sub").describe("Claim that holds the app's own user id"),
  DEV_ISSUER: flag.default(false).describe("Serve the development issuer at /dev-issuer. Refused in production"),
  ALLOW_INSECURE_HOSTS: list
    .default(["127.0.0.1", "localhost", "[::1]"])
    .describe("Hosts that plain http may go to. Empty in production"),
  RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(RETENTION_DAYS)
    .describe("How long verified files are kept"),
  UPLOAD_BY_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(168)
    .default(UPLOAD_BY_SECONDS / 3_600)
    .describe("How long a user may take to upload after sharing"),
  ANSWER_BY_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(672)
    .default(24)
    .describe("How long a user is asked when the agent sets no time"),
  MAX_REMINDERS: z.coerce
    .number()
    .int()
    .min(0)
    .max(2)
    .default(MAX_REMINDERS)
    .describe("How often a request may remind"),
  CONTROLLER_NAME: z.string().min(1).default("Example Support").describe("Who asks, as users read it"),
  CONTROLLER_CONTACT: z.string().min(1).default("privacy@example.com").describe("Whom users may write to"),
  PRIVACY_NOTICE_URL: z.url().default("https://example.com/privacy").describe("The privacy notice that users may read"),
  CONSENT_TEXT_VERSION: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/)
    .default("default-1")
    .describe(
      "Version of the consent text that users are shown; put yours with PUT /v1/consent-texts/{version}/{locale} first",
    ),
  REPORT_TEXT_VERSION: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/)
    .default("report-1")
    .describe("Version of the consent text that users are shown before they report"),
  REPORT_MATCH: z
    .enum(["call_and_user", "call"])
    .default("call_and_user")
    .describe(
      "Which open ticket a report joins: 'call_and_user' that of the same call and user, 'call' that of the same call, whoever reported it",
    ),
  REPORT_MAX_FILE_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(SINGLE_UPLOAD_MAX_BYTES)
    .default(512 * MIB)
    .describe("Bytes that one file of a report may have"),
  REPORT_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    // The service takes 50,000 blocks; what an agent adds is one blob of blocks of 2 MiB.
    .max(100_000 * MIB)
    .default(1024 * MIB)
    .describe(
      "Bytes that the files of one report may have together; and an exported zip that an agent adds, also unpacked",
    ),
  REPORT_MAX_FILES: z.coerce.number().int().min(0).max(500).default(50).describe("Files that one report may have"),
  REPORT_MAX_BYTES_A_DAY: z.coerce
    .number()
    .int()
    .min(0)
    .default(4 * 1024 * MIB)
    .describe("Bytes that one user may report in 24 hours"),
  REPORT_MAX_A_DAY: z.coerce.number().int().min(0).max(100_000).default(50).describe("Reports of one user in 24 hours"),
  REPORT_UPLOADS_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(16)
    .describe(
      "Multipart reports and exported zips that one API process takes at once, at up to 12 MiB of memory each; more are told to come back",
    ),
  APP_NAVIGATE_URL: z
    .url()
    .default("https://example.com/support/log-requests")
    .describe("Where a browser's notification leads; `/{requestId}` is added"),
  AZURE_DEVOPS_ORGANIZATION_URL: z
    .url()
    .optional()
    .describe(
      "Azure DevOps, such as https://dev.azure.com/ORGANIZATION: tickets can become work items. Unset: they cannot",
    ),
  AZURE_DEVOPS_PROJECT: z.string().min(1).optional().describe("The project that gets the work items"),
  AZURE_DEVOPS_WORK_ITEM_TYPE: z
    .string()
    .min(1)
    .default("Task")
    .describe("What a ticket becomes, as the project's process names it, such as Bug or Issue"),
  AZURE_DEVOPS_AREA_PATH: z
    .string()
    .min(1)
    .optional()
    .describe("Area path of new work items. Unset: the project's own"),
  AZURE_DEVOPS_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Personal access token with Work items (read & write; full, to delete what is taken back). Unset: Microsoft Entra ID, by DefaultAzureCredential",
    ),
  AZURE_DEVOPS_ATTACHMENT_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .max(2_000_000_000)
    .default(60_000_000)
    .describe(
      "Larger files become a hyperlink on the work item; what the organization takes, 60 MB unless it was raised",
    ),
  AZURE_DEVOPS_CREATE_FOR_ALL: flag.default(false).describe("Every new ticket becomes a work item by itself"),
  AZURE_DEVOPS_STATES: stateMap
    .default({})
    .describe(
      "The work item's state for a ticket's, such as open=Active,solved=Resolved,closed=Closed. A state without one is told as a comment",
    ),
  AZURE_DEVOPS_LOCALE: z.enum(CONNECTOR_LOCALES).default("en").describe("Language of what work items are told"),
  RATE_LIMIT_ADDRESS: perMinute.default(1_200).describe("Requests a minute from one address"),
  RATE_LIMIT_AGENT: perMinute.default(600).describe("Requests a minute of one agent"),
  RATE_LIMIT_DEVICE: perMinute.default(120).describe("Requests a minute of one user"),
  RATE_LIMIT_KEY: perMinute.default(6_000).describe("Requests a minute of one API key"),
  FAILPOINT: z
    .string()
    .regex(/^[a-z-]+:[a-z-]+(:\d+)?$/)
    .optional()
    .describe("For tests: die at this point. Refused in production"),
  FAILPOINT_FILE: z.string().optional().describe("For tests: where the hit is written down before dying"),
});

export type Settings = z.output<typeof SETTINGS>;
export type SettingName = keyof Settings;

/** What `.env.example` and the README's table are made from: name, meaning, default. */
export function describeSettings(): readonly {
  readonly name: string;
  readonly meaning: string;
  readonly fallback: string | undefined;
  readonly needed: boolean;
}[] {
  return Object.entries(SETTINGS.shape).map(([name, schema]) => {
    const given = schema.safeParse(undefined);
    const fallback = given.success && given.data !== undefined ? showValue(given.data, ",") : undefined;
    return { name, meaning: schema.description ?? "", fallback, needed: !given.success };
  });
}

/** Every problem of a configuration at once, each as `NAME: what is wrong`. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}

/**
 * Reads and judges the settings.
 *
 * @param environment name to text; empty texts count as not set
 * @throws ConfigError with every problem at once
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = SETTINGS.safeParse(given);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        const meaning = SETTINGS.shape[name as SettingName]?.description ?? "";
        return given[name] === undefined ? `${name}: is not set. ${meaning}` : `${name}: ${issue.message}. ${meaning}`;
      }),
    );
  }
  const problems =
    result.data.NODE_ENV === "production" ? productionProblems(result.data, given) : developmentProblems(result.data);
  problems.push(...connectorProblems(result.data));
  if (sameAudience(result.data)) {
    problems.push(
      "DEVICE_AUDIENCE: must differ from AGENT_AUDIENCE where both have one issuer: an agent's token would speak for a user",
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const settings =
    result.data.NODE_ENV === "production" && given["ALLOW_INSECURE_HOSTS"] === undefined
      ? { ...result.data, ALLOW_INSECURE_HOSTS: [] }
      : result.data;
  givenNames.set(settings, new Set(Object.keys(given)));
  return settings;
}

/** Which settings the environment gave, by what was read of it. */
const givenNames = new WeakMap<Settings, ReadonlySet<string>>();

/** Never shown to anybody: keys, and addresses that may hold a password. */
const SECRET_SETTINGS: ReadonlySet<string> = new Set<SettingName>([
  "DATABASE_URL",
  "REDIS_URL",
  "BLOB_ACCOUNT_KEY",
  "HUB_CONNECTION_STRING",
  "HUB_CONNECTION_STRING_2",
  "DEPLOYMENT_KEY",
  "AGENT_CLIENT_SECRET",
  "AZURE_DEVOPS_TOKEN",
]);

export interface ShownSetting {
  readonly name: string;
  readonly meaning: string;
  readonly source: "environment" | "default" | "unset";
  readonly secret: boolean;
  /** Absent where it is a secret or not set. */
  readonly value?: string;
}

/** The settings as people may see them: what each is for, where its value comes from, and the value unless it is a secret. */
export function showSettings(settings: Settings): readonly ShownSetting[] {
  const given = givenNames.get(settings);
  return describeSettings().map(({ name, meaning }) => {
    const value: unknown = settings[name as SettingName];
    const secret = SECRET_SETTINGS.has(name);
    const source = value === undefined ? "unset" : given?.has(name) === true ? "environment" : "default";
    const shown = showValue(value, ", ");
    return { name, meaning, source, secret, ...(value === undefined || secret ? {} : { value: shown }) };
  });
}

function showValue(value: unknown, comma: string): string {
  if (Array.isArray(value)) return value.join(comma);
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, its]) => `${name}=${String(its)}`)
    .join(comma);
}

function connectorProblems(settings: Settings): string[] {
  if (settings.AZURE_DEVOPS_ORGANIZATION_URL === undefined) return [];
  const problems: string[] = [];
  if (settings.AZURE_DEVOPS_PROJECT === undefined) {
    problems.push("AZURE_DEVOPS_PROJECT: is not set. Name the project that gets the work items");
  }
  if (settings.PUBLIC_URL === undefined) {
    problems.push("PUBLIC_URL: is not set. Work items link to tickets and files by it, whichever process makes them");
  }
  return problems;
}

function sameAudience(settings: Settings): boolean {
  return settings.AGENT_ISSUER === settings.DEVICE_ISSUER && settings.AGENT_AUDIENCE === settings.DEVICE_AUDIENCE;
}

function productionProblems(settings: Settings, given: Record<string, unknown>): string[] {
  const problems: string[] = [];
  const refuse = (wrong: boolean, problem: string) => {
    if (wrong) problems.push(problem);
  };
  refuse(
    settings.DEV_ISSUER,
    "DEV_ISSUER: the development issuer gives tokens to anybody; it is refused when NODE_ENV=production",
  );
  refuse(settings.FAILPOINT !== undefined, "FAILPOINT: is for tests; it is refused when NODE_ENV=production");
  refuse(
    given["ALLOW_INSECURE_HOSTS"] !== undefined && settings.ALLOW_INSECURE_HOSTS.length > 0,
    "ALLOW_INSECURE_HOSTS: plain http is refused when NODE_ENV=production",
  );
  refuse(
    settings.PUBLIC_URL === undefined,
    "PUBLIC_URL: is not set. Links in answers are made from it, never from the Host header",
  );
  refuse(
    settings.AGENT_ISSUER === undefined,
    "AGENT_ISSUER: is not set. Name the OIDC issuer of your agents, such as https://login.microsoftonline.com/TENANT/v2.0",
  );
  refuse(settings.DEVICE_ISSUER === undefined, "DEVICE_ISSUER: is not set. Name the OIDC issuer of your app's users");
  refuse(
    settings.BLOB_ACCOUNT_KEY !== undefined && !settings.ALLOW_ACCOUNT_KEY,
    "BLOB_ACCOUNT_KEY: links are signed with a user delegation key; an account key needs ALLOW_ACCOUNT_KEY=true",
  );
  for (const name of [
    "PUBLIC_URL",
    "AGENT_ISSUER",
    "DEVICE_ISSUER",
    "BLOB_ENDPOINT",
    "BLOB_PUBLIC_URL",
    "AZURE_DEVOPS_ORGANIZATION_URL",
  ] as const) {
    refuse(settings[name]?.startsWith("http:") === true, `${name}: must be https when NODE_ENV=production`);
  }
  refuse(
    settings.HUB_CONNECTION_STRING.includes("Endpoint=http:"),
    "HUB_CONNECTION_STRING: must not be plain http when NODE_ENV=production",
  );
  return problems;
}

function developmentProblems(settings: Settings): string[] {
  const problems: string[] = [];
  for (const name of ["AGENT_ISSUER", "DEVICE_ISSUER"] as const) {
    if (settings[name] === undefined && !settings.DEV_ISSUER)
      problems.push(`${name}: is not set. Name an OIDC issuer, or set DEV_ISSUER=true`);
  }
  for (const name of [
    "BLOB_ENDPOINT",
    "BLOB_PUBLIC_URL",
    "AGENT_ISSUER",
    "DEVICE_ISSUER",
    "AZURE_DEVOPS_ORGANIZATION_URL",
  ] as const) {
    const value = settings[name];
    if (value === undefined || !value.startsWith("http:")) continue;
    const { hostname } = new URL(value);
    if (!settings.ALLOW_INSECURE_HOSTS.includes(hostname))
      problems.push(`${name}: plain http goes only to ALLOW_INSECURE_HOSTS, and ${hostname} is not among them`);
  }
  return problems;
}

/** The process's own environment, with a `.env` file of the working folder beneath it where there is one. */
export function processEnvironment(): Record<string, string | undefined> {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return { ...process.env };
}
