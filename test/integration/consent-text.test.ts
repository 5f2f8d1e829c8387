import { expect } from "vitest";
import { worldTest } from "#test/support/world.ts";

const test = worldTest({ worker: false, settings: { CONSENT_TEXT_VERSION: "own-2" } });

test("users are shown the text of the version that the operator set", async ({ world }) => {
  const text = "{controller} asks for {files}. Questions: {contact}.";
  const token = await world.createKey();
  const put = await world.call("PUT", "/v1/consent-texts/own-2/en", { token, body: { text } });
  expect(put.status).toBeLessThan(300);
  const phone = world.pickUp({ userId: "the-user-who-reads" });
  const request = await world.agent.requestLogs({ userId: phone.userId });
  expect((await phone.read(request.id)).consentText).toMatchObject({ version: "own-2", locale: "en", text });
});

test("the agent reads the very text that the user answered, whatever is in force by then", async ({ world }) => {
  const phone = world.pickUp({ userId: "the-user-who-declines" });
  const request = await world.agent.requestLogs({ userId: phone.userId });
  const [shown] = await world.sql<{ version: string; locale: string; text: string; sha256: string }>(
    "select version, locale, text, sha256 from consent_text where version = 'default-1' and locale = 'de'",
  );
  const { text, ...named } = shown ?? {};
  // An app that had loaded the older text answers it, long after another came into force.
  const answered = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, {
    body: { decision: "decline", deviceNow: new Date().toISOString(), consentText: named },
  });
  expect(answered.status).toBe(201);
  const { consent } = await world.agent.request(request.id);
  expect(consent?.consentText).toEqual({ ...named, text });
});
