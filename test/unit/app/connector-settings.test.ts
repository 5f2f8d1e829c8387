import { expect, test } from "vitest";
import { readConfig, showSettings } from "#app/config.ts";

const BARE = {
  NODE_ENV: "development",
  DEV_ISSUER: "true",
  DATABASE_URL: "postgres://localhost/beckon",
  BLOB_ENDPOINT: "http://127.0.0.1:10000/devstoreaccount1",
  HUB_CONNECTION_STRING: "Endpoint=sb://any.servicebus.windows.net/;SharedAccessKeyName=any;SharedAccessKey=any",
  DEPLOYMENT_KEY: "a key of a test, 32 characters and more",
};
const CONNECTED = {
  ...BARE,
  PUBLIC_URL: "http://127.0.0.1:8080",
  AZURE_DEVOPS_ORGANIZATION_URL: "https://dev.azure.com/fabrikam",
  AZURE_DEVOPS_PROJECT: "Support",
};

test("nobody has to connect anything", () => {
  expect(readConfig(BARE).AZURE_DEVOPS_ORGANIZATION_URL).toBeUndefined();
});

test("a connection that is set by half names what is missing", () => {
  const half = { ...BARE, AZURE_DEVOPS_ORGANIZATION_URL: CONNECTED.AZURE_DEVOPS_ORGANIZATION_URL };
  expect(() => readConfig(half)).toThrow(/AZURE_DEVOPS_PROJECT: is not set[^]*PUBLIC_URL: is not set/);
});

test("a token goes over plain http to nobody but loopback", () => {
  const plain = { ...CONNECTED, AZURE_DEVOPS_ORGANIZATION_URL: "http://devops.example/tfs" };
  expect(() => readConfig(plain)).toThrow(/AZURE_DEVOPS_ORGANIZATION_URL: plain http/);
});

test("states are mapped by name, and a state that tickets do not have is a mistake", () => {
  const settings = readConfig({ ...CONNECTED, AZURE_DEVOPS_STATES: "open=Active, solved=Ready for Test" });
  expect(settings.AZURE_DEVOPS_STATES).toEqual({ open: "Active", solved: "Ready for Test" });
  expect(() => readConfig({ ...CONNECTED, AZURE_DEVOPS_STATES: "done=Closed" })).toThrow(
    /'done=Closed' is not STATE=NAME with one of open, solved, closed/,
  );
});

test("people see the settings, and not the token", () => {
  const shown = showSettings(
    readConfig({ ...CONNECTED, AZURE_DEVOPS_TOKEN: "a-secret", AZURE_DEVOPS_STATES: "open=Active" }),
  );
  expect(JSON.stringify(shown)).not.toContain("a-secret");
  expect(shown).toContainEqual(
    expect.objectContaining({ name: "AZURE_DEVOPS_STATES", value: "open=Active", source: "environment" }),
  );
});
