import { AzureLogger, setLogLevel } from "@azure/logger";
import type { Collector } from "beckon-sdk";
import { recordAcsLogs } from "beckon-sdk/acs-web";
import { createLogStore } from "beckon-sdk/device-logs";
import { debugInfo } from "./calling.ts";

const facts = { app: "1.0" };

/** What the app itself logs. */
export const appLog = createLogStore({ name: "app", facts });

/** What the Calling SDK logs: made before the first `CallClient`, or its first lines are missing. */
const callLog = recordAcsLogs({ logger: AzureLogger, setLogLevel, facts, passOn: "warning" });

export const collectors: Collector[] = [
  appLog.collector({ name: "app", label: "App log" }),
  callLog.collector({ label: "Call log", debugInfo }),
];
