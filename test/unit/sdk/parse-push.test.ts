import { describe, expect, test } from "vitest";
import { parsePush } from "#sdk/parse-push.ts";

const requestId = "019ab5f0-0000-7000-8000-000000000001";
const answerBy = "2026-11-22T12:00:00.000Z";
const facts = { type: "beckon.log-request", v: 1, requestId, answerBy };
const strings = { type: "beckon.log-request", v: "1", requestId, answerBy };

describe("a push of Beckon's is recognised", () => {
  test.for<[string, unknown]>([
    ["in APNs' userInfo, beside aps", { aps: { alert: { "loc-key": "beckon.log-request.body" } }, ...facts }],
    ["in APNs' userInfo, under a key of its own", { aps: {}, beckon: facts }],
    ["in a push library's wrapping of it", { notification: { data: { aps: {}, ...facts } } }],
    ["in an FCM message", { messageId: "0:1", data: strings }],
    ["in FCM's data alone, whose values are strings", strings],
    ["in an FCM message whose data is JSON", { data: JSON.stringify(facts) }],
    ["in WNS's raw string", JSON.stringify(facts)],
    ["in a declarative web push", { web_push: 8030, notification: { title: "Logs", navigate: "/", data: facts } }],
    ["in a declarative web push's JSON", JSON.stringify({ web_push: 8030, notification: { data: facts } })],
    ["in the notification that a service worker has shown", { title: "Logs", data: facts }],
    ["when it was parsed before", facts],
  ])("%s", ([, payload]) => {
    expect(parsePush(payload)).toEqual(facts);
  });

  test("also when it says that the request is over", () => {
    expect(parsePush({ ...facts, type: "beckon.log-request-closed" })?.type).toBe("beckon.log-request-closed");
  });

  test("also when a newer server says it in a newer version, as the API says what it means", () => {
    expect(parsePush({ ...facts, v: 2, more: true })).toEqual({ ...facts, v: 2 });
  });
});

describe("everything else goes on to others, such as ACS Calling", () => {
  test.for<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 7],
    ["text that is no JSON", "beckon.log-request"],
    ["an ACS call push", { aps: { "content-available": 1 }, data: { callId: "1", eventType: "IncomingCall" } }],
    ["another app's request", { type: "log-request", v: 1, requestId }],
    ["no version", { type: "beckon.log-request", requestId }],
    ["no request id", { type: "beckon.log-request", v: 1 }],
    ["a request id that is a path", { ...facts, requestId: "../../v1/me" }],
    ["a list", [facts]],
    ["our words too deep inside", { data: { data: { data: { data: { data: facts } } } } }],
  ])("%s", ([, payload]) => {
    expect(parsePush(payload)).toBeUndefined();
  });
});
