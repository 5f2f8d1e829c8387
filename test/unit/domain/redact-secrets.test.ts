import { expect, test } from "vitest";
import { redactSecrets } from "#domain/redact-secrets.ts";

test("nothing that signs a link, or says who signed it, is left in a message", () => {
  const link =
    "https://acc.blob.core.windows.net/ingest/a/b?sv=2026-10-06&spr=https&se=2026-11-22T15%3A44%3A15Z&skoid=2365&sktid=ab1f&sr=b&sp=c&sig=SgU%2FBPuU%3D";
  expect(redactSecrets(`GET ${link} failed, and <Uri>${link}</Uri> too`)).toBe(
    "GET https://acc.blob.core.windows.net/ingest/a/b?sv=2026-10-06&spr=https&se=2026-11-22T15%3A44%3A15Z&skoid=[redacted]&sktid=[redacted]&sr=b&sp=c&sig=[redacted] failed, and <Uri>https://acc.blob.core.windows.net/ingest/a/b?sv=2026-10-06&spr=https&se=2026-11-22T15%3A44%3A15Z&skoid=[redacted]&sktid=[redacted]&sr=b&sp=c&sig=[redacted]</Uri> too",
  );
});

test("a link inside another link's query is blacked out as well", () => {
  expect(redactSecrets("?source=https%3A%2F%2Facc%2Fa%3Fsp%3Dr%26sig%3DSgU%252FBP&next=1")).toBe(
    "?source=https%3A%2F%2Facc%2Fa%3Fsp%3Dr%26sig%3D[redacted]&next=1",
  );
});

test("words that only look like it stay", () => {
  expect(redactSecrets("The design=modern page signs nothing")).toBe("The design=modern page signs nothing");
});

test.each([
  [
    "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=Full;SharedAccessKey=c2VjcmV0PQ==;EntityPath=hub",
    "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=Full;SharedAccessKey=[redacted];EntityPath=hub",
  ],
  ["AccountName=acc;AccountKey=c2VjcmV0PQ==", "AccountName=acc;AccountKey=[redacted]"],
  ["postgres://beckon:s3cret@db.internal:5432/beckon", "postgres://beckon:[redacted]@db.internal:5432/beckon"],
  ["rediss://:s3cret@cache.internal:6380", "rediss://:[redacted]@cache.internal:6380"],
  ["redis+sentinel://:s3cret@one:1,two:2/main", "redis+sentinel://:[redacted]@one:1,two:2/main"],
])("a key or password is taken out, and which place it opens is left: %s", (text, expected) => {
  expect(redactSecrets(`cannot use ${text} now`)).toBe(`cannot use ${expected} now`);
});
