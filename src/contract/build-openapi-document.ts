import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import { packManifest } from "./packs.ts";
import { problemDocument } from "./problem-document.ts";
import { ROUTES } from "./routes.ts";
import type { Route } from "./route.ts";
import { PROBLEMS, type ProblemCode } from "#domain/problems.ts";

/** What any route with a credential may answer, beside its own row. */
const COMMON_PROBLEMS: readonly ProblemCode[] = ["rate_limited", "internal", "database_unavailable", "timeout"];

/** OpenAPI 3.1 from the same rows that are served. Pure: the same rows give the same document. */
export function buildOpenApiDocument(): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: describeRoute(route) };
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "Beckon",
      version: "1.0.0",
      description:
        "Ask a user's device for its logs, with the user's consent, and put the files on the support ticket.\n\nErrors are one body (RFC 9457 and `error`); lists are `{ value, nextLink }`; actions are `POST /resource/{id}:verb`; `Idempotency-Key` on creating POSTs.",
      license: { name: "MIT", identifier: "MIT" },
    },
    tags: [...new Set(ROUTES.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: paths as ZodOpenApiPathsObject,
    components: {
      // What the pack holds: no route has it as its body.
      schemas: { PackManifest: packManifest },
      securitySchemes: {
        agent: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "Token of the organisation's identity provider, with roles",
        },
        device: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "Token of the app's identity provider, or an installation token",
        },
        key: { type: "http", scheme: "bearer", description: "API key of the app's back end" },
      },
    },
  });
}

function describeRoute(route: Route): ZodOpenApiOperationObject {
  const headers = {
    ...(route.idempotent ? { "Idempotency-Key": "Replays within 24 h get the first answer" } : {}),
    ...(route.ifMatch ? { "If-Match": "The ETag that a read gave" } : {}),
    ...(route.name === "readFeed" ? { "Last-Event-ID": "Where the reader was" } : {}),
  };
  return {
    operationId: route.name,
    summary: route.summary,
    tags: [route.tag],
    security: route.audience === "public" ? [] : [{ [route.audience]: [] }],
    requestParams: { path: route.params, query: route.query },
    ...(Object.keys(headers).length > 0
      ? {
          parameters: Object.entries(headers).map(([name, description]) => ({
            name,
            in: "header" as const,
            required: route.ifMatch && name === "If-Match",
            description,
            schema: { type: "string" as const },
          })),
        }
      : {}),
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { [route.bodyContentType ?? "application/json"]: { schema: route.body } },
          },
        }
      : {}),
    responses: { ...describeSuccesses(route), ...describeProblems(route) } as ZodOpenApiResponsesObject,
  };
}

function describeSuccesses(route: Route): Record<string, object> {
  return Object.fromEntries(
    route.successes.map(
      ({ status, description, body, contentType = "application/json", otherContentTypes = [], headers }) => [
        String(status),
        {
          description,
          ...(headers
            ? {
                headers: Object.fromEntries(
                  Object.entries(headers).map(([name, meaning]) => [
                    name,
                    { description: meaning, schema: { type: "string" } },
                  ]),
                ),
              }
            : {}),
          ...(body
            ? {
                content: {
                  [contentType]: { schema: body },
                  ...Object.fromEntries(
                    otherContentTypes.map((type) => [type, { schema: { type: "string" as const } }]),
                  ),
                },
              }
            : {}),
        },
      ],
    ),
  );
}

/** Every code that a route may answer with. */
export function problemCodesOf(route: Route): ReadonlySet<ProblemCode> {
  return new Set<ProblemCode>([
    ...route.problems,
    ...(route.audience === "public" ? [] : COMMON_PROBLEMS),
    ...(route.audience === "public" ? [] : (["unauthenticated"] as const)),
    ...(route.audience === "agent" ? (["forbidden"] as const) : []),
    ...(Object.keys(route.params.shape).length > 0 ? (["not_found"] as const) : []),
    ...(route.body ? (["invalid_request", "body_too_large", "body_too_slow", "unsupported_media_type"] as const) : []),
    ...(route.body && route.bodyContentType === undefined ? (["not_json"] as const) : []),
    ...(route.bodyContentType === "multipart/form-data" ? (["malformed_multipart"] as const) : []),
    ...(Object.keys(route.query.shape).length > 0 ? (["invalid_request"] as const) : []),
  ]);
}

/** One response a status, with every code that comes with it: a caller branches on `error.code`. */
function describeProblems(route: Route): Record<string, object> {
  const byStatus = Map.groupBy([...problemCodesOf(route)].toSorted(), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, some]) => [
        String(status),
        {
          description: some.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("\n\n"),
          content: { "application/problem+json": { schema: problemDocument } },
        },
      ]),
  );
}
