import { z } from "zod";
import { buildOpenApiDocument } from "#contract/build-openapi-document.ts";
import { problemDocument } from "#contract/problem-document.ts";
import { ROUTES } from "#contract/routes.ts";
import type { Route, Success } from "#contract/route.ts";
import type { ApiAnswer } from "#test/support/api-calls.ts";

const PATTERNS = ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}));

const paths = buildOpenApiDocument().paths ?? {};

/**
 * Holds an answer against what the contract says of its route: a status that is described, a body with every member that is
 * promised and none that is not. So every call of every test is a test of the OpenAPI document.
 *
 * @throws Error naming the route and what differs
 */
export function checkContract(method: string, path: string, answer: ApiAnswer): void {
  const { pathname } = new URL(path, "http://any");
  const { route } =
    PATTERNS.find((each) => each.route.method === method.toLowerCase() && each.pattern.test(pathname)) ?? {};
  if (!route) return;
  const { responses = {} } = paths[route.path]?.[route.method] ?? {};
  const described: { readonly description?: string } | undefined =
    responses[`${answer.status}` as keyof typeof responses];
  const code = answer.headers.get("x-ms-error-code");
  if (!described || (code !== null && !described.description?.includes(`\`${code}\``)))
    throw new Error(`${route.name} answered ${answer.status}, which its description does not know: ${answer.text}`);
  const schema = answer.status >= 400 ? problemDocument : strictBody(route, answer);
  const parsed = schema?.safeParse(answer.body);
  if (parsed && !parsed.success)
    throw new Error(
      `${route.name} answered ${answer.status} with a body that is not as described:\n${z.prettifyError(parsed.error)}\n${answer.text}`,
    );
}

function strictBody(route: Route, { status, headers }: ApiAnswer): z.ZodType | undefined {
  const success: Success | undefined = route.successes.find((each) => each.status === status);
  if (!success?.body || success.contentType !== undefined) return undefined;
  const contentType = headers.get("content-type")?.split(";", 1)[0] ?? "";
  if (success.otherContentTypes?.includes(contentType) === true) return undefined;
  return strict(success.body);
}

/** The same schema, but no object in it takes what it does not name. */
function strict(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject)
    return z.strictObject(
      Object.fromEntries(Object.entries(schema.shape).map(([name, inner]) => [name, strict(inner as z.ZodType)])),
    );
  if (schema instanceof z.ZodArray) return z.array(strict(schema.element as z.ZodType));
  if (schema instanceof z.ZodOptional) return strict(schema.unwrap() as z.ZodType).optional();
  return schema;
}
