import { expect, test } from "vitest";
import { readConfig } from "#app/config.ts";
import { findPhoneServers } from "#app/find-phone-servers.ts";

const EMULATOR =
  "Endpoint=http://127.0.0.1:8085/;SharedAccessKeyName=Root;SharedAccessKey=a+b=;UseDevelopmentEmulator=true";
const DEVELOPMENT = {
  NODE_ENV: "development",
  DEV_ISSUER: "true",
  DATABASE_URL: "postgres://localhost/beckon",
  BLOB_ENDPOINT: "http://127.0.0.1:10000/devstoreaccount1",
  BLOB_ACCOUNT_KEY: "key",
  HUB_CONNECTION_STRING: EMULATOR,
  DEPLOYMENT_KEY: "a key of a test, 32 characters and more",
};

test("the simulated phone is told where emulator and blobs are", () => {
  expect(findPhoneServers(readConfig(DEVELOPMENT))).toEqual({
    emulatorUrl: "http://127.0.0.1:8085",
    blobUrl: "http://127.0.0.1:10000",
  });
  expect(findPhoneServers(readConfig({ ...DEVELOPMENT, BLOB_PUBLIC_URL: "http://localhost:10001/x" }))).toMatchObject({
    blobUrl: "http://localhost:10001",
  });
});

test("nobody's deployment has a simulated phone: not with an identity provider, a real hub, or in production", () => {
  const issuer = "https://login.example";
  const identity = { DEV_ISSUER: "false", AGENT_ISSUER: issuer, DEVICE_ISSUER: issuer };
  const production = {
    ...identity,
    NODE_ENV: "production",
    PUBLIC_URL: "https://beckon.example",
    BLOB_ENDPOINT: "https://account.blob.core.windows.net",
    ALLOW_ACCOUNT_KEY: "true",
    HUB_CONNECTION_STRING: EMULATOR.replace("http:", "https:"),
  };
  const realHub = "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=a";
  for (const change of [identity, production, { HUB_CONNECTION_STRING: realHub }]) {
    expect(findPhoneServers(readConfig({ ...DEVELOPMENT, ...change }))).toBeUndefined();
  }
  expect(() => readConfig({ ...DEVELOPMENT, ...production, DEV_ISSUER: "true" })).toThrow("DEV_ISSUER");
});
