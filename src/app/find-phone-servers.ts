import type { PhoneServers } from "#http/serve-phone.ts";
import type { Settings } from "./config.ts";

/**
 * The servers of the simulated phone; undefined where there is no such phone: without the development issuer, and where the
 * hub is a real one. So it is never there in production, which refuses the development issuer.
 */
export function findPhoneServers(settings: Settings): PhoneServers | undefined {
  const hub = new Map(
    settings.HUB_CONNECTION_STRING.split(";").map((part) => {
      const [name = "", ...value] = part.split("=");
      return [name.toLowerCase(), value.join("=")] as const;
    }),
  );
  const isEmulator = hub.get("usedevelopmentemulator")?.toLowerCase() === "true";
  const endpoint = hub.get("endpoint") ?? "";
  if (!settings.DEV_ISSUER || settings.NODE_ENV === "production" || !isEmulator || !URL.canParse(endpoint)) {
    return undefined;
  }
  return {
    emulatorUrl: new URL(endpoint).origin,
    blobUrl: new URL(settings.BLOB_PUBLIC_URL ?? settings.BLOB_ENDPOINT).origin,
  };
}
