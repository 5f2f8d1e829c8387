import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { attachToSurvey, createReports, freezeBytes, memoryStorage } from "#sdk/report-issue.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

test("a survey's report from the SDK, begun offline and gone on with after a restart, is verified on a ticket of its call", async ({
  world,
}) => {
  const userId = uniqueName("user");
  const storage = memoryStorage();
  const callId = randomUUID();
  let isOffline = true;
  let text = "as the user saw it\n";
  const start = () =>
    createReports({
      baseUrl: world.apiUrl,
      getToken: () => world.tokenOf("beckon-devices", userId),
      userId,
      storage,
      locale: "en",
      // An install that never registered: its report is taken all the same.
      installationId: randomUUID(),
      callingSdkVersion: "azure-communication-calling/1.36.1",
      collectors: [{ name: "app", label: "App log", collect: async () => [freezeBytes("app.log", text)] }],
      fetch: async (url, init) => {
        if (isOffline && url.endsWith("/v1/reports")) throw new TypeError("offline");
        return fetch(url, init as RequestInit);
      },
    });
  const { proposal } = attachToSurvey(
    { id: "survey-7", callId, localParticipantId: "8:acs:p" },
    { overallRating: { score: 1, issues: ["CallEndedUnexpectedly"] } },
  );
  if (!proposal) throw new Error("A low score proposes a report");

  const first = start();
  const review = await first.review();
  expect(review.textFor()).not.toMatch(/[{}]/);
  const offline = first.reportIssue({ text: "It froze", survey: proposal.survey, review });
  await expect(offline).rejects.toMatchObject({ code: "network" });
  first.stop();
  text = "written since then\n";
  isOffline = false;

  const second = start();
  const [waiting] = await second.sync();
  expect(waiting).toMatchObject({ text: "It froze", callIds: [callId] });
  await second.sendReport(waiting?.key ?? "");
  const [ticket] = await world.agent.list<{ id: string }>(`/v1/tickets?userId=${userId}`);
  const ticketId = ticket?.id ?? "";
  await world.until(async () => (await world.agent.reports(ticketId))[0]?.state, "linked");
  const [report] = await world.agent.reports(ticketId);
  expect(report).toMatchObject({
    origin: "survey",
    text: "It froze",
    callIds: [callId],
    participantId: "8:acs:p",
    surveyId: "survey-7",
    sdkVersion: "azure-communication-calling/1.36.1",
    answers: { overallScore: 1, overallIssues: ["CallEndedUnexpectedly"] },
    consent: { shown: { files: "app.log", totalSize: "19 bytes" } },
  });
  const { url } = await world.agent.createDownloadUrl(report?.files[0]?.id ?? "");
  expect(await (await fetch(url)).text()).toBe("as the user saw it\n");

  expect(await second.withdrawReport(report?.id ?? "")).toMatchObject({
    state: "withdrawn",
    downloadedBefore: [{ agentId: "alex" }],
  });
  expect(await second.reportReceipt(report?.id ?? "")).toMatchObject({
    withdrawnAt: expect.any(String),
    reported: { text: "It froze", surveyId: "survey-7" },
  });
  second.stop();
});
