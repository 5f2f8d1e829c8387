import * as sdk from "@azure/notification-hubs";
import * as api from "@azure/notification-hubs/api";
import { describe, expect } from "vitest";
import { HUB, test as base } from "./emulator-test.ts";

type Context = api.NotificationHubsClientContext;

const test = base.extend<{ context: Context }>({
  context: async ({ emulator }, use) => {
    const policy: NonNullable<sdk.NotificationHubsClientOptions["additionalPolicies"]>[number]["policy"] = {
      name: "allowLoopbackHttp",
      sendRequest(request, next) {
        request.allowInsecureConnection = true;
        return next(request);
      },
    };
    const options = { additionalPolicies: [{ position: "perCall" as const, policy }] };
    await use(api.createClientContext(emulator.connectionString, HUB, options));
  },
});

const PUSH = sdk.createAppleNotification({ body: { aps: { alert: "hello" } } });

async function all<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const each of list) found.push(each);
  return found;
}

describe("the functions of @azure/notification-hubs/api", () => {
  test("write, patch, read and delete installations", async ({ context }) => {
    const written = await api.createOrUpdateInstallation(
      context,
      sdk.createAppleInstallation({ installationId: "i1", pushChannel: "00aa" }),
    );
    expect(written).toMatchObject({ trackingId: expect.any(String), correlationId: expect.any(String) });
    await api.updateInstallation(context, "i1", [{ op: "add", path: "/tags", value: "a" }]);
    expect(await api.getInstallation(context, "i1")).toMatchObject({ pushChannel: "00AA", tags: ["a"] });
    await api.deleteInstallation(context, "i1");
    await expect(api.getInstallation(context, "i1")).rejects.toMatchObject({ statusCode: 404 });
  });

  test("write, list and delete registrations", async ({ context }) => {
    const registrationId = await api.createRegistrationId(context);
    const description = sdk.createFcmV1RegistrationDescription({ fcmV1RegistrationId: "f1", tags: ["a"] });
    await api.createOrUpdateRegistration(context, { ...description, registrationId });
    const second = await api.createRegistration(context, { ...description, fcmV1RegistrationId: "f2" });
    expect(await api.updateRegistration(context, { ...second, tags: ["b"] })).toMatchObject({ etag: "2", tags: ["b"] });
    expect(await api.getRegistration(context, registrationId)).toMatchObject({ kind: "FcmV1", tags: ["a"] });
    expect(await all(api.listRegistrations(context))).toHaveLength(2);
    expect(await all(api.listRegistrationsByTag(context, "b"))).toMatchObject([{ fcmV1RegistrationId: "f2" }]);
    const channel = { kind: "fcmv1", fcmV1RegistrationId: "f1" } as const;
    expect(await all(api.listRegistrationsByChannel(context, channel))).toMatchObject([{ registrationId }]);
    await api.deleteRegistration(context, registrationId);
    expect(await all(api.listRegistrations(context))).toHaveLength(1);
  });

  test("send, schedule, cancel and tell", async ({ context, emulator }) => {
    await api.createOrUpdateInstallation(
      context,
      sdk.createAppleInstallation({ installationId: "i1", pushChannel: "00aa", tags: ["a"] }),
    );
    const { notificationId = "" } = await api.sendNotification(context, PUSH, { tagExpression: "a" });
    await api.sendBroadcastNotification(context, PUSH);
    const at = new Date(Date.now() + 60_000);
    await api.scheduleBroadcastNotification(context, at, PUSH);
    const cancelled = await api.scheduleNotification(context, at, PUSH, { tagExpression: "a" });
    await api.cancelScheduledNotification(context, cancelled.notificationId ?? "");
    emulator.advanceTime(60_000);
    expect(emulator.inbox().map((message) => message.matchedBy)).toEqual(["a", "broadcast", "broadcast"]);
    expect((await api.getNotificationOutcomeDetails(context, notificationId)).state).toBe("Completed");
    expect(new URL(await api.getFeedbackContainerUrl(context)).pathname).toContain("feedback");
  });

  test("run jobs, and poll for their end step by step", async ({ context }) => {
    const job: sdk.NotificationHubJob = {
      type: "ExportRegistrations",
      outputContainerUrl: "https://account.blob.example/out?sig=a",
    };
    const submitted = await api.submitNotificationHubJob(context, job);
    expect(await api.getNotificationHubJob(context, submitted.jobId ?? "")).toMatchObject({ type: job.type });
    expect(await api.listNotificationHubJobs(context)).toHaveLength(1);
    // It has a `then`, so that awaiting the promise of it would poll to the end.
    const states: (string | undefined)[] = [];
    const done = await api.beginSubmitNotificationHubJob(context, job, { updateIntervalInMs: 5 });
    states.push(done.status);
    expect(states).toEqual(["Completed"]);
    expect(done).toMatchObject({ progress: 100, outputContainerUrl: job.outputContainerUrl });
    expect(await api.listNotificationHubJobs(context)).toHaveLength(2);
  });
});
