import type { Generator } from "../generate.ts";

/** The API as OpenAPI, from the schemas that parse its requests. */
export const openApiDocument: Generator = {
  name: "OpenAPI document",
  source: "src/contract/",
  owns: "docs/openapi.json",
  async generate() {
    // Loaded here and not above, so that a contract that does not compile yet stops nobody from making the Prisma client.
    const { buildOpenApiDocument } = await import("#contract/build-openapi-document.ts");
    return new Map([["docs/openapi.json", `${JSON.stringify(buildOpenApiDocument(), null, 2)}\n`]]);
  },
};
