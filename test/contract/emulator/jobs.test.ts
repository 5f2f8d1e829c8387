import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAppleNotification, createAppleRegistrationDescription } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { test as base } from "./emulator-test.ts";

/** A blob container with nothing but PUT and GET: what a job needs of one. */
const test = base.extend<{ container: { url: string; blobs: Map<string, string> } }>({
  container: async ({ emulator }, use) => {
    const blobs = new Map<string, string>();
    const server = createServer((request, response) => {
      const [path = ""] = (request.url ?? "").split("?");
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (request.method === "PUT") blobs.set(path, Buffer.concat(chunks).toString());
        const found = blobs.get(path);
        response.writeHead(request.method === "PUT" ? 201 : found === undefined ? 404 : 200);
        response.end(request.method === "GET" ? found : undefined);
      });
    });
    // Beside the emulator, which writes to its own machine only.
    const { hostname } = new URL(emulator.url);
    await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
    const { port } = server.address() as AddressInfo;
    await use({ url: `http://${hostname}:${port}/jobs`, blobs });
    server.closeAllConnections();
    server.close();
  },
});

describe("a job", () => {
  test("exports registrations, which another job imports", async ({ client, container, emulator }) => {
    const created = await client.createRegistration(
      createAppleRegistrationDescription({ deviceToken: "00aa", tags: ["a"] }),
    );
    const outputContainerUrl = `${container.url}?sig=a&x=b`;
    // The SDK's poller is a promise too: awaited, it is the job that has ended.
    const job = await client.beginSubmitNotificationHubJob(
      { type: "ExportRegistrations", outputContainerUrl },
      { updateIntervalInMs: 5 },
    );
    expect(job).toMatchObject({
      type: "ExportRegistrations",
      status: "Completed",
      progress: 100,
      outputContainerUrl,
      outputProperties: { OutputFilePath: `jobs//beckon/${job.jobId}/Output.txt` },
    });
    expect(job.createdAt).toBeInstanceOf(Date);
    const exported = container.blobs.get(`/jobs/beckon/${job.jobId}/Output.txt`) ?? "";
    expect(exported).toMatch(
      /^<AppleRegistrationDescription .*<DeviceToken>00AA<\/DeviceToken><\/AppleRegistrationDescription>\n$/,
    );
    container.blobs.set("/jobs/in.txt", `${exported}<nonsense/>\n`);
    emulator.reset();
    const imported = await client.beginSubmitNotificationHubJob(
      { type: "ImportUpsertRegistrations", outputContainerUrl, importFileUrl: `${container.url}/in.txt?sig=a` },
      { updateIntervalInMs: 5 },
    );
    expect(imported).toMatchObject({ status: "Completed" });
    expect(container.blobs.get(`/jobs/beckon/${imported.jobId}/Failed.txt`)).toContain("<nonsense/>");
    expect(await client.getRegistration(created.registrationId ?? "")).toMatchObject({
      deviceToken: "00AA",
      tags: ["a"],
    });
    expect((await client.listNotificationHubJobs()).map((each) => each.jobId)).toEqual([imported.jobId]);
  });

  test("whose container is elsewhere is simulated, with what it would have written kept here", async ({
    client,
    emulator,
  }) => {
    await client.createRegistration(createAppleRegistrationDescription({ deviceToken: "00aa" }));
    const outputContainerUrl = "https://account.blob.example/jobs?sig=a&x=b";
    const submitted = await client.submitNotificationHubJob({ type: "ExportRegistrations", outputContainerUrl });
    expect(submitted).toMatchObject({ type: "ExportRegistrations", outputContainerUrl });
    const jobId = submitted.jobId ?? "";
    await expect.poll(async () => (await client.getNotificationHubJob(jobId)).status).toBe("Completed");
    const files = `${emulator.url}/$emulator/hubs/beckon/jobs/${jobId}`;
    expect(await (await fetch(`${files}/Output.txt`)).text()).toContain("<DeviceToken>00AA</DeviceToken>");
    expect(await (await fetch(`${files}/Failed.txt`)).text()).toBe("");
    expect((await fetch(`${files}/Other.txt`)).status).toBe(404);
  });

  test("that would leave this machine, or finds nothing, fails and says why", async ({ client, container }) => {
    const run = (importFileUrl: string): PromiseLike<unknown> =>
      client.beginSubmitNotificationHubJob(
        { type: "ImportCreateRegistrations", outputContainerUrl: container.url, importFileUrl },
        { updateIntervalInMs: 5 },
      );
    await expect(run("https://blob.example/in.txt")).rejects.toThrow("on this machine only");
    await expect(run(`${container.url}/none.txt`)).rejects.toThrow("status 404");
  });

  test("that is not there is 404, and none are an empty list; a bad one is 400", async ({ client, raw }) => {
    await expect(client.getNotificationHubJob("none")).rejects.toMatchObject({ statusCode: 404 });
    expect(await client.listNotificationHubJobs()).toEqual([]);
    for (const body of [
      "",
      "<entry/>",
      "<entry><content><NotificationHubJob><Type>Fly</Type></NotificationHubJob></content></entry>",
    ]) {
      expect((await raw.send({ method: "POST", path: "jobs", body })).status).toBe(400);
    }
  });
});

test("the feedback container tells by day what push services complained about", async ({ client, emulator }) => {
  emulator.failNext({ outcome: "WrongToken" });
  await client.sendNotification(createAppleNotification({ body: { aps: {} } }), { deviceHandle: "00aa" });
  const url = await client.getFeedbackContainerUrl();
  const [, day] = /<Name>(\d{8})<\/Name>/.exec(await (await fetch(url)).text()) ?? [];
  expect(await (await fetch(`${url}/${day}`)).text()).toContain(
    "<NotificationSystemError>WrongToken</NotificationSystemError>",
  );
  expect((await fetch(`${url}/01011999`)).status).toBe(404);
});
