/** `beckon worker` at a test's pace: what a dead worker left behind is taken up in seconds. Started by server-process.ts. */
import { processEnvironment, readConfig } from "#app/config.ts";
import { createLog } from "#app/create-log.ts";
import { shutDownOnSignal } from "#app/shutdown.ts";
import { startWorker, type WorkerPace } from "#app/start-worker.ts";

const settings = readConfig(processEnvironment());
const log = createLog(settings.LOG_LEVEL, "worker");
const { steps } = await startWorker(settings, log, JSON.parse(process.argv[2] ?? "{}") as WorkerPace);
shutDownOnSignal({ steps, log });
