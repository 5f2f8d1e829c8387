import { parse } from "yaml";
import { z } from "zod";

const seconds = z
  .string()
  .regex(/^\d+s$/)
  .transform((text) => Number.parseInt(text, 10));

/** What our compose file uses of the format. A key that is not here is not honoured by the tests either, so it is refused. */
const SERVICE = z.strictObject({
  image: z.string(),
  build: z.literal(".").optional(),
  environment: z.record(z.string(), z.string()).default({}),
  command: z.array(z.string()).default([]),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:(\d+):\1$/)).default([]),
  volumes: z.array(z.string().regex(/^[a-z]+:\/[a-z/]+$/)).default([]),
  healthcheck: z
    .union([
      z.strictObject({ disable: z.literal(true) }),
      z.strictObject({
        test: z.tuple([z.literal("CMD")], z.string()),
        interval: seconds,
        retries: z.number().int(),
      }),
    ])
    .optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(["service_started", "service_healthy", "service_completed_successfully"]) }),
    )
    .default({}),
  restart: z.enum(["on-failure", "unless-stopped"]).optional(),
  stop_grace_period: seconds.default(10),
});

const COMPOSE_FILE = z.strictObject({
  "x-beckon": z.unknown(),
  services: z.record(z.string(), SERVICE),
  volumes: z.record(z.string(), z.null()),
});

export type ComposeService = z.output<typeof SERVICE>;
export type ComposeFile = Readonly<Record<string, ComposeService>>;

/**
 * Reads a compose file as Compose would hand it to an engine: merge keys merged, `$$` for `$`.
 *
 * Source: docs.docker.com/reference/compose-file
 * @throws Error for whatever is not known here
 */
export function readComposeFile(text: string): ComposeFile {
  const read: unknown = parse(text, { merge: true });
  return COMPOSE_FILE.parse(mapTexts(read, unescape)).services;
}

/** The same value with every text in it replaced; keys stay. */
export function mapTexts<Value>(value: Value, change: (text: string) => string): Value;
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}

function unescape(text: string): string {
  if (text.replaceAll("$$", "").includes("$"))
    throw new Error(`Compose would fill in a variable of the shell: ${text}`);
  return text.replaceAll("$$", "$");
}
