/** The SDK's second entry, for Node and Electron: log files of a folder, and a folder to remember in. */
export { nodeFileCollector } from "./node-file-collector.ts";
export { nodeFolderStorage } from "./node-folder-storage.ts";
