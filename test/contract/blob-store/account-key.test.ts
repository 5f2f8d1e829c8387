import { describe } from "vitest";
import { testServers, uniqueName } from "#test/support/servers.ts";
import { blobStoreCases } from "./blob-store-suite.ts";

describe("a blob store whose links are signed with the account's key", () => {
  blobStoreCases(async () => {
    const { url, accountName, accountKey } = testServers().azurite;
    return {
      endpoint: url,
      credential: { kind: "account-key", accountName, accountKey },
      ingestContainer: uniqueName("ingest"),
      evidenceContainer: uniqueName("evidence"),
    };
  });
});
