#!/usr/bin/env node
import { processEnvironment, readConfig } from "./config.ts";
import { createLog } from "./create-log.ts";
import { migrateAll } from "./migrate-all.ts";
import { shutDownOnSignal } from "./shutdown.ts";
import { startApi } from "./start-api.ts";
import { startWorker } from "./start-worker.ts";

const settings = readConfig(processEnvironment());
const command = process.argv[2] ?? "";
const log = createLog(settings.LOG_LEVEL, command);
switch (command) {
  case "migrate":
    console.log(JSON.stringify(await migrateAll(settings, log)));
    break;
  case "api": {
    const { url, steps } = await startApi(settings, log);
    shutDownOnSignal({ steps, log });
    console.log(url);
    break;
  }
  case "worker": {
    const { steps } = await startWorker(settings, log);
    shutDownOnSignal({ steps, log });
    break;
  }
}
