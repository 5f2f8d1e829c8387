import { STAGE_USER_ID } from "./demo-phone.ts";
import type { Journey } from "./play-journey.ts";
import type { DemoServers } from "./start-servers.ts";
import type { Story } from "./story.ts";

/** Says what is there and what to try, in lines that can be pasted into another terminal. */
export function tellWhatNext(
  { apiUrl, emulatorUrl, blobUrl, databaseUrl, redisUrl, envFile }: DemoServers,
  { ticketUrl, ticketId }: Journey,
  story: Story,
): void {
  const row = (name: string, value: string) => story.say(`  ${name.padEnd(12)}${value}`);
  story.heading("What runs now");
  row("Demo", `${apiUrl}/demo?user=${STAGE_USER_ID}   console and phone side by side, with “Play it for me”`);
  row("Console", `${apiUrl}/   sign in as Alex: no password`);
  row("Phone", `${apiUrl}/phone?user=${STAGE_USER_ID}   Mia's`);
  row("API", `${apiUrl}   its pages: ${apiUrl}/docs`);
  row("Hub", `${emulatorUrl}   every phone's inbox: ${emulatorUrl}/$emulator/inbox`);
  row("Blobs", blobUrl);
  row("PostgreSQL", databaseUrl);
  if (redisUrl !== undefined) row("Redis", redisUrl);
  row("Settings", `${envFile}   kept between runs, npm run demo -- --fresh starts over`);

  story.heading("What to try next, in another terminal");
  const say = (what: string, ...commands: string[]) => {
    story.say(`  ${story.dim(`# ${what}`)}`);
    for (const command of commands) story.say(`  ${command}`);
  };
  say(
    "be the agent alex for an hour",
    `TOKEN=$(curl -s ${apiUrl}/dev-issuer/token -d grant_type=password -d username=alex -d audience=beckon-agents | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
  );
  say("read the ticket with its files", `curl -s -H "Authorization: Bearer $TOKEN" ${ticketUrl}`);
  say(
    "ask again: the phone in this terminal will show it",
    `curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' ${apiUrl}/v1/tickets/${ticketId}/log-requests -d '{"userId":"ann","reason":"One more time, please.","collectors":["app"]}'`,
  );
  say("watch everything live", `curl -sN -H "Authorization: Bearer $TOKEN" ${apiUrl}/v1/feed`);
  say("see that all is well", `(set -a; . ${envFile}; npx beckon doctor)`);
  story.say();
  story.say("Ctrl-C ends it all.");
}
