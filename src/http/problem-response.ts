import type { Response } from "express";
import { Problem } from "#domain/problems.ts";

/** Where a reader finds what a code means; stable, not fetched by anybody. */
const TYPE_PREFIX = "urn:beckon:problem:";

/**
 * What went wrong as one body for everyone: the members of RFC 9457, and `error { code, message, target, details }` with
 * `x-ms-error-code` as Azure's clients read it.
 */
export function sendProblem(response: Response, problem: Problem, traceId: string): void {
  const message = problem.detail ?? problem.title;
  const [only] = problem.details;
  if (problem.retryAfterSeconds !== undefined)
    response.setHeader("Retry-After", String(Math.ceil(problem.retryAfterSeconds)));
  // RFC 9110, section 15.5.2: a 401 says how to prove who one is.
  if (problem.status === 401) response.setHeader("WWW-Authenticate", "Bearer");
  response.setHeader("x-ms-error-code", problem.code);
  response.setHeader("Cache-Control", "no-store");
  response
    .status(problem.status)
    .type("application/problem+json")
    .send(
      JSON.stringify({
        type: TYPE_PREFIX + problem.code,
        title: problem.title,
        status: problem.status,
        ...(problem.detail === undefined ? {} : { detail: problem.detail }),
        ...problem.extra,
        error: {
          code: problem.code,
          message,
          ...(only && problem.details.length === 1 ? { target: only.target } : {}),
          ...(problem.details.length > 0
            ? { details: problem.details.map((detail) => ({ code: problem.code, ...detail })) }
            : {}),
        },
        traceId,
      }),
    );
}

/** What body parsers and Express itself throw, in our words; a bug stays a bug. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const type = error instanceof Error && "type" in error ? String(error.type) : "";
  const status = error instanceof Error && "status" in error ? Number(error.status) : 0;
  if (type === "entity.parse.failed") {
    const detail = `The body does not parse as JSON: ${(error as Error).message}.`;
    return new Problem("not_json", { detail });
  }
  if (type === "entity.too.large") {
    const limit = error instanceof Error && "limit" in error ? Number(error.limit) : undefined;
    return new Problem(
      "body_too_large",
      limit === undefined ? {} : { detail: `This operation takes at most ${limit} bytes.` },
    );
  }
  if (type === "encoding.unsupported" || type === "charset.unsupported") {
    return new Problem("unsupported_media_type", { detail: "Send the body as UTF-8 JSON without Content-Encoding." });
  }
  // A path that does not decode, a body that was cut off: the caller's doing, and nothing was done.
  if (error instanceof URIError || status === 400)
    return new Problem("invalid_request", { detail: "The request could not be read.", cause: error });
  return new Problem("internal", { cause: error });
}
