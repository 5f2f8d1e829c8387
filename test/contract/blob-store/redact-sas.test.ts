import { expect, test } from "vitest";
import { redactSas } from "#adapters/azure-blob/redact-sas.ts";

test("nothing that signs a link, or says who signed it, is left in a message", () => {
  const link =
    "https://acc.blob.core.windows.net/ingest/a/b?sv=2026-10-06&spr=https&se=2026-11-22T15%3A44%3A15Z&skoid=2365&sktid=ab1f&sr=b&sp=c&sig=SgU%2FBPuU%3D";
  expect(redactSas(`GET ${link} failed, and <Uri>${link}</Uri> too`)).toBe(
    "GET https://acc.blob.core.windows.net/ingest/a/b?sv=2026-10-06&spr=https&se=2026-11-22T15%3A44%3A15Z&skoid=[redacted]&sktid=[redacted]&sr=b&sp=c&sig=[redacted] failed, and <Uri>https://acc.blob.core.windows.net/ingest/a/b?sv=2026-10-06&spr=https&se=2026-11-22T15%3A44%3A15Z&skoid=[redacted]&sktid=[redacted]&sr=b&sp=c&sig=[redacted]</Uri> too",
  );
});

test("a link inside another link's query is blacked out as well", () => {
  expect(redactSas("?source=https%3A%2F%2Facc%2Fa%3Fsp%3Dr%26sig%3DSgU%252FBP&next=1")).toBe(
    "?source=https%3A%2F%2Facc%2Fa%3Fsp%3Dr%26sig%3D[redacted]&next=1",
  );
});

test("words that only look like it stay", () => {
  expect(redactSas("The design=modern page signs nothing")).toBe("The design=modern page signs nothing");
});
