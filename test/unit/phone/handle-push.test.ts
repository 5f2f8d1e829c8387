import { expect, test } from "vitest";
import { buildNotification } from "#adapters/notification-hubs/build-notification.ts";
import { createTwinFilter, handlePush, type PhoneNotification, readNotification } from "#phone/handle-push.ts";
import type { BeckonPush } from "#sdk/parse-push.ts";

const REQUEST = "0190a3c4-5d6e-7f80-91a2-b3c4d5e6f708";

/** What the hub is given for a browser, word for word. */
function pushOf(kind: "ask" | "remind" | "closed", locale = "en"): string {
  const now = Date.UTC(2026, 10, 22, 9);
  const { body } = buildNotification(
    "browser",
    { requestId: REQUEST, kind, answerBy: now + 3_600_000, locale, now },
    {
      browserNavigateUrl: "https://app.example/requests/{requestId}",
      apnsTitleLocKey: "title",
      apnsBodyLocKey: "body",
      apnsCategory: "category",
    },
  );
  return String(body);
}

test("a push shows what it declares, and leads where it says", () => {
  expect(readNotification(pushOf("ask", "de-AT"))).toMatchObject({
    tag: `beckon-${REQUEST}`,
    title: "Der Support bittet um App-Protokolle",
    lang: "de",
    navigate: `https://app.example/requests/${REQUEST}`,
    isSilent: false,
    renotify: false,
    isOver: false,
    push: { type: "beckon.log-request", requestId: REQUEST },
  });
  expect(readNotification(pushOf("remind")).renotify).toBe(true);
});

test("a closing push takes the place of its prompt, silently, and says that nothing is needed", () => {
  expect(readNotification(pushOf("closed"))).toMatchObject({
    tag: `beckon-${REQUEST}`,
    title: "No longer needed",
    isSilent: true,
    isOver: true,
  });
});

test.each(["", "not JSON", "null", "[]", '{"notification":7}'])(
  "a push that says %j still shows something",
  async (payload) => {
    const shown: PhoneNotification[] = [];
    const woken: BeckonPush[] = [];
    await handlePush(payload, { notify: (one) => void shown.push(one), wake: (push) => void woken.push(push) });
    expect(shown).toMatchObject([{ title: "Meadow", push: undefined, isOver: false }]);
    expect(woken).toEqual([]);
  },
);

test("a push is shown before the app hears of it", async () => {
  const order: string[] = [];
  await handlePush(pushOf("ask"), {
    notify: async () => {
      await Promise.resolve();
      order.push("shown");
    },
    wake: () => void order.push("heard"),
  });
  expect(order).toEqual(["shown", "heard"]);
});

test("the app hears of a push although the browser may not show it, and the trouble is not lost", async () => {
  const woken: BeckonPush[] = [];
  const handled = handlePush(pushOf("ask"), {
    notify: () => Promise.reject(new TypeError("no permission")),
    wake: (push) => void woken.push(push),
  });
  await expect(handled).rejects.toThrow("no permission");
  expect(woken).toMatchObject([{ requestId: REQUEST }]);
});

test("a push that came by both ways is one, and the same words a second time are another", () => {
  const isTwin = createTwinFilter();
  expect(isTwin("stream", "ask")).toBe(false);
  expect(isTwin("worker", "ask")).toBe(true);
  expect(isTwin("worker", "ask")).toBe(false);
  expect(isTwin("stream", "ask")).toBe(true);
  expect(isTwin("stream", "ask")).toBe(false);
  expect(isTwin("worker", "closed")).toBe(false);
});
