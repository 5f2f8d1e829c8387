import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { introduceUsers } from "#app/demo/back-end.ts";
import type { DemoInstallation, DemoRequest, DemoTicket } from "#app/demo/demo-agent.ts";
import { createTokenSource } from "#app/demo/token-source.ts";
import type { DevUrls } from "#app/dev/dev-urls.ts";
import type { DeviceLogRequest } from "#sdk/create-beckon.ts";

/** People who called in, and what became of asking them. */
const PEOPLE = [
  { id: "priya", label: "Priya Nair", subject: "Calls drop after a minute", end: "waiting" },
  { id: "tomas", label: "Tomás Ribeiro", subject: "Nobody hears me", end: "declined" },
  { id: "sofia", label: "Sofia Lindqvist", subject: "Screen sharing stays black", end: "seen" },
  { id: "kenji", label: "Kenji Mori", subject: "Echo in every meeting", end: "unreachable" },
  { id: "amara", label: "Amara Okafor", subject: "The app hangs when a call comes in", end: "cancelled" },
] as const;

type Call = <Body>(method: string, path: string, body?: unknown) => Promise<Body>;

/** Puts an ordinary day on the list: tickets and requests in several states, through the public API. */
export async function fillDesk(urls: DevUrls): Promise<void> {
  const apiUrl = new URL(urls.console).origin;
  const known = { locale: "en", timeZone: "Europe/London" };
  const users = PEOPLE.map(({ id, label }) => [id, { label, contacts: [`${id}@example.com`], ...known }] as const);
  await introduceUsers(Object.fromEntries(users), {
    apiUrl,
    envFile: urls.settings,
    keyFile: join(urls.data, "api-key"),
  });
  const agent = callAs(apiUrl, createTokenSource({ apiUrl, username: "alex", audience: "beckon-agents" }));
  for (const { id: userId, subject, end } of PEOPLE) {
    const device = callAs(apiUrl, createTokenSource({ apiUrl, username: userId, audience: "beckon-devices" }));
    const ticket = await agent<DemoTicket>("POST", "/v1/tickets", { subject, userId });
    if (end !== "unreachable") await register(device, agent, userId);
    const { id } = await agent<DemoRequest>("POST", `/v1/tickets/${ticket.id}/log-requests`, {
      userId,
      reason: `You told us: ${subject.toLowerCase()}. The logs of that time show us why.`,
      collectors: ["app"],
    });
    if (end === "cancelled") await agent("POST", `/v1/log-requests/${id}:cancel`);
    if (end === "seen") await device("POST", `/v1/log-requests/${id}:seen`, {});
    if (end === "declined") {
      const { consentText } = await device<DeviceLogRequest>("GET", `/v1/me/log-requests/${id}`);
      const { version, locale, sha256 } = consentText;
      const body = {
        decision: "decline",
        consentText: { version, locale, sha256 },
        deviceNow: new Date().toISOString(),
      };
      await device("POST", `/v1/log-requests/${id}:consent`, body);
    }
  }
}

async function register(device: Call, agent: Call, userId: string): Promise<void> {
  const id = randomUUID();
  await device("PUT", `/v1/installations/${id}`, {
    platform: "fcmv1",
    pushChannel: `fcm-${id}`,
    locale: "en",
    model: "Pixel 10",
    osVersion: "Android 16",
    appVersion: "4.2.0",
    notificationsAllowed: true,
    collectors: [{ name: "app", label: "Logs of the app" }],
  });
  for (;;) {
    const { value } = await agent<{ value: DemoInstallation[] }>("GET", `/v1/users/${userId}/installations`);
    if (value.some(({ hubSync }) => hubSync === "synced")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function callAs(apiUrl: string, getToken: () => Promise<string>): Call {
  return async <Body>(method: string, path: string, body?: unknown) => {
    const answer = await fetch(apiUrl + path, {
      method,
      headers: { Authorization: `Bearer ${await getToken()}`, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Body;
  };
}
