/** A route as data: the HTTP kit serves it, the OpenAPI document describes it, and both read the same row. */
import { z } from "zod";
import type { ProblemCode } from "#domain/problems.ts";
import type { Role } from "#domain/vocabulary.ts";

/** Whose credential a route takes. `public` routes take none. */
export type Audience = "agent" | "device" | "key" | "public";

export interface Success {
  readonly status: 200 | 201 | 202 | 204 | 206 | 302;
  readonly description: string;
  readonly body?: z.ZodType;
  /** What the body is, if it is not JSON. */
  readonly contentType?: string;
  /** As what it comes as well, as text, to those who ask for it. */
  readonly otherContentTypes?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  For extends Audience = Audience,
> {
  /** Verb and noun; the OpenAPI operationId. */
  readonly name: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** OpenAPI form: `/v1/log-requests/{requestId}:cancel`. */
  readonly path: string;
  readonly audience: For;
  /** Roles that may call it, where `audience` is `agent`. */
  readonly roles?: readonly Role[];
  readonly tag: string;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  /** Absent: the operation takes no body. */
  readonly body?: Body;
  /** What the body is, if it is not JSON: then it streams, and `bodyLimitBytes` and `timeoutSeconds` do not count. */
  readonly bodyContentType?: "multipart/form-data" | "application/zip";
  readonly successes: readonly Success[];
  /** Beside those that every route may answer. */
  readonly problems: readonly ProblemCode[];
  /** Takes Idempotency-Key. */
  readonly idempotent: boolean;
  /** Needs If-Match. */
  readonly ifMatch: boolean;
  /** Bytes; more is 413. */
  readonly bodyLimitBytes: number;
  /** Seconds until the caller is told 503 `timeout`; 0 for a stream that may stay open. */
  readonly timeoutSeconds: number;
}

/** Writing roles: in this version agent, lead and admin may do everything; an auditor reads. */
export const WRITERS: readonly Role[] = ["agent", "lead", "admin"];
export const READERS: readonly Role[] = ["agent", "lead", "admin", "auditor"];

const none = z.strictObject({});

type Draft<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType, For extends Audience> = Pick<
  Route,
  "name" | "method" | "path" | "tag" | "summary" | "successes"
> & { readonly audience: For } & Partial<
    Pick<
      Route,
      "roles" | "problems" | "idempotent" | "ifMatch" | "bodyLimitBytes" | "timeoutSeconds" | "bodyContentType"
    >
  > & {
    params?: Params;
    query?: Query;
    body?: Body;
  };

/** 64 KiB holds every JSON body of this API: 500 files of some 80 bytes in `:complete`. Only a consent is larger, and says so. */
const JSON_BODY_LIMIT_BYTES = 64 * 1024;

/** Writes a route down, with what most routes share filled in. */
export function route<
  Params extends z.ZodObject = typeof none,
  Query extends z.ZodObject = typeof none,
  Body extends z.ZodType = z.ZodUndefined,
  const For extends Audience = Audience,
>(draft: Draft<Params, Query, Body, For>): Route<Params, Query, Body, For> {
  const { body, ...rest } = draft;
  return {
    problems: [],
    idempotent: false,
    ifMatch: false,
    bodyLimitBytes: JSON_BODY_LIMIT_BYTES,
    timeoutSeconds: 30,
    ...(draft.audience === "agent" ? { roles: draft.method === "get" ? READERS : WRITERS } : {}),
    ...rest,
    params: (draft.params ?? none) as Params,
    query: (draft.query ?? none) as Query,
    ...(body ? { body } : {}),
  };
}
