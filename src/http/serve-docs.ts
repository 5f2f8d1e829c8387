import { Router } from "express";
import helmet from "helmet";
import { buildOpenApiDocument } from "#contract/build-openapi-document.ts";

/** The page asks for nothing outside its own origin: files are ours, styles are inline because Swagger UI writes them so. */
const DOCS_POLICY = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
  },
});

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Beckon API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });\n`;

/**
 * `/openapi.json`, and the same to read at `/docs`, from files of this deployment only.
 *
 * @param assetsFolder where the package swagger-ui-dist is
 */
export function serveDocs(assetsFolder: string): Router {
  const router = Router();
  const document = JSON.stringify(buildOpenApiDocument());
  router.get("/openapi.json", (_request, response) => void response.type("application/json").send(document));
  router.use("/docs", DOCS_POLICY);
  router.get("/docs", (_request, response) => void response.type("text/html").send(PAGE));
  router.get("/docs/start.js", (_request, response) => void response.type("text/javascript").send(START));
  for (const file of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
    router.get(`/docs/${file}`, (_request, response) => response.sendFile(file, { root: assetsFolder, maxAge: "1h" }));
  }
  return router;
}
