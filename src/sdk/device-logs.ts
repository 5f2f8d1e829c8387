/**
 * The SDK's entry for logs on the device: a store for an app's own lines, the native Calling SDKs' support files, exports
 * without a server, and moments that are kept for a later report.
 */
export { exportLogs, type ExportOptions, type LogExport } from "./export-logs.ts";
export {
  createIncidents,
  type Incident,
  type IncidentFile,
  type IncidentOptions,
  type Incidents,
} from "./incidents.ts";
export { createLogStore, type LogStore, type LogStoreOptions } from "./log-store.ts";
export { type Share, type ShareOutcome, shareOrDownload } from "./share-file.ts";
export {
  type SupportFileFacts,
  type SupportFileKind,
  supportFileKind,
  type SupportFilesBridge,
  supportFilesCollectors,
} from "./support-files.ts";
