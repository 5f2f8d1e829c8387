import type { DemoServers } from "#app/demo/start-servers.ts";

/** Where everything is that `npm run dev` runs. */
export interface DevUrls {
  readonly console: string;
  readonly phone: string;
  readonly demo: string;
  readonly api: string;
  readonly docs: string;
  readonly emulator: string;
  readonly postgres: string;
  readonly blobs: string;
  readonly redis?: string;
  /** Folder of the data. */
  readonly data: string;
  /** File of the settings, for other commands. */
  readonly settings: string;
}

/** The addresses of running servers, as people open them. */
export function devUrls(servers: DemoServers, dataFolder: string): DevUrls {
  const { apiUrl, emulatorUrl, databaseUrl, blobUrl, redisUrl, envFile } = servers;
  return {
    console: `${apiUrl}/`,
    phone: `${apiUrl}/phone`,
    demo: `${apiUrl}/demo`,
    api: `${apiUrl}/v1`,
    docs: `${apiUrl}/docs`,
    emulator: `${emulatorUrl}/$emulator/`,
    postgres: databaseUrl,
    blobs: blobUrl,
    ...(redisUrl !== undefined && { redis: redisUrl }),
    data: dataFolder,
    settings: envFile,
  };
}
