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
