import type { TokenCredential } from "@azure/identity";
import type { Clock } from "#ports/clock.ts";
import type { ConnectorAnswer } from "#ports/ticket-connector.ts";
import { askedWait, refusalOf } from "./service-refusal.ts";

/**
 * A personal access token goes as Basic with an empty user name; a token of Microsoft Entra ID as Bearer.
 * https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/authentication-guidance
 */
export type DevOpsCredential =
  | { readonly kind: "personal-access-token"; readonly token: string }
  | { readonly kind: "entra"; readonly tokenCredential: TokenCredential };

/** Azure DevOps' own application in Microsoft Entra ID, with whatever rights the identity has there. */
const ENTRA_SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default";

export interface ServiceCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Beneath the organization, each segment escaped already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** 7.1 unless told. */
  readonly apiVersion?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, with this content type. */
  readonly json?: { readonly value: unknown; readonly contentType: string };
  /** Sent as it comes, and exactly so long. */
  readonly bytes?: { readonly stream: AsyncIterable<Uint8Array>; readonly lengthBytes: number };
}

export type CallService = (call: ServiceCall, signal: AbortSignal) => Promise<ConnectorAnswer<unknown>>;

export interface ServiceOptions {
  /** `https://dev.azure.com/ORGANIZATION`, without a slash at its end. */
  readonly organizationUrl: string;
  readonly credential: DevOpsCredential;
  readonly clock: Clock;
  /** How long the service may be silent. */
  readonly timeoutMs: number;
}

const API_VERSION = "7.1";

/** The service's own words end here: no error page of 2 MB is kept in memory. */
const MAX_BODY_CHARS = 4 * 1024 * 1024;

/** Calls the REST API of one organization, one attempt a call. It never throws for what the service answers. */
export function createCallService({ organizationUrl, credential, clock, timeoutMs }: ServiceOptions): CallService {
  /** The service asked everybody who comes with this token to rest until then. */
  let restUntil = 0;

  return async (call, signal) => {
    const restSeconds = Math.ceil((restUntil - clock.now()) / 1000);
    if (restSeconds > 0) {
      const reason = `Azure DevOps asked for a rest of another ${restSeconds} s.`;
      return { kind: "later", reason, retryAfterSeconds: restSeconds };
    }
    const silence = new Silence(timeoutMs, signal);
    try {
      const authorization = await authorize(credential, silence.signal);
      if (authorization === undefined) {
        return { kind: "operator", reason: "Microsoft Entra ID gave no token for Azure DevOps.", status: 401 };
      }
      const response = await send(organizationUrl, call, authorization, silence);
      const body = await readJson(response);
      const wait = askedWait(response.headers, clock.now());
      if (wait !== undefined) restUntil = clock.now() + wait * 1000;
      // 203 is a success by its number, and a page to sign in by its content.
      if (response.ok && response.status !== 203 && body !== undefined) return { kind: "done", value: body };
      const status = response.ok && response.status !== 203 ? 203 : response.status;
      return refusalOf({ status, headers: response.headers, body }, clock.now());
    } catch (error) {
      if (silence.isOver) return { kind: "later", reason: `Azure DevOps was silent for ${timeoutMs / 1000} s.` };
      if (signal.aborted) return { kind: "later", reason: "The attempt was broken off." };
      if (error instanceof ReadingFailed) throw error.cause;
      return { kind: "later", reason: `Azure DevOps cannot be reached (${codeOf(error)}).` };
    } finally {
      silence.end();
    }
  };
}

/** Reading the bytes that were to be sent failed: that is not the service's trouble. */
class ReadingFailed extends Error {
  override readonly name = "ReadingFailed";
}

async function send(
  organizationUrl: string,
  { method, path, query, apiVersion = API_VERSION, headers, json, bytes }: ServiceCall,
  authorization: string,
  silence: Silence,
): Promise<Response> {
  const url = `${organizationUrl}${path}?${new URLSearchParams({ ...query, "api-version": apiVersion }).toString()}`;
  let failed: ReadingFailed | undefined;
  const body = bytes && ReadableStream.from(watched(bytes.stream, silence, (error) => (failed = error)));
  try {
    return await fetch(url, {
      method,
      headers: {
        authorization,
        accept: "application/json",
        ...(json && { "content-type": json.contentType }),
        ...(bytes && { "content-type": "application/octet-stream", "content-length": String(bytes.lengthBytes) }),
        ...headers,
      },
      // A sign-in page is an answer, not a place to go to; and a stream cannot be sent twice.
      redirect: "manual",
      signal: silence.signal,
      ...(json && { body: JSON.stringify(json.value) }),
      ...(body && { body, duplex: "half" }),
    });
  } catch (error) {
    throw failed ?? error;
  }
}

async function* watched(
  stream: AsyncIterable<Uint8Array>,
  silence: Silence,
  onFailure: (error: ReadingFailed) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of stream) {
      silence.heard();
      yield chunk;
      silence.heard();
    }
  } catch (error) {
    const failed = new ReadingFailed("The bytes could not be read", { cause: error });
    onFailure(failed);
    throw failed;
  }
}

async function authorize(credential: DevOpsCredential, signal: AbortSignal): Promise<string | undefined> {
  if (credential.kind === "personal-access-token") {
    return `Basic ${Buffer.from(`:${credential.token}`, "utf8").toString("base64")}`;
  }
  try {
    const token = await credential.tokenCredential.getToken(ENTRA_SCOPE, { abortSignal: signal });
    return token === null ? undefined : `Bearer ${token.token}`;
  } catch (error) {
    // Its words list every way that was tried, with names of the environment.
    if (signal.aborted) throw error;
    return undefined;
  }
}

/** Undefined when it is not JSON; an empty object when there is nothing. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return response.ok ? {} : undefined;
  if (text.length > MAX_BODY_CHARS || !/json/i.test(response.headers.get("content-type") ?? "")) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z_]{1,40}$/.test(code) ? code : "connection lost";
}

/** Aborts when nothing was heard for a while, or when the caller gives up. */
class Silence {
  readonly #abort = new AbortController();
  readonly #timeoutMs: number;
  readonly #caller: AbortSignal;
  #timer: NodeJS.Timeout | undefined;
  isOver = false;

  constructor(timeoutMs: number, caller: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.#caller = caller;
    caller.addEventListener("abort", this.#stop, { once: true });
    if (caller.aborted) this.#stop();
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#stop();
    }, this.#timeoutMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener("abort", this.#stop);
  }

  readonly #stop = (): void => this.#abort.abort();
}
