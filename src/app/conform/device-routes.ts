import * as routes from "#contract/devices.ts";
import type { Route } from "#contract/route.ts";

/** The device half of the API, by operationId: what a native app calls, and all that `beckon conform` serves. */
const DEVICE_ROUTES = {
  putInstallation: routes.putInstallation,
  deleteInstallation: routes.deleteInstallation,
  testPush: routes.testPush,
  listMyLogRequests: routes.listMyLogRequests,
  getMyLogRequest: routes.getMyLogRequest,
  seeLogRequest: routes.seeLogRequest,
  snoozeLogRequest: routes.snoozeLogRequest,
  consentToLogRequest: routes.consentToLogRequest,
  createUploadLinks: routes.createUploadLinks,
  completeUploads: routes.completeUploads,
  withdrawConsent: routes.withdrawConsent,
  getReceipt: routes.getReceipt,
} as const;
export type DeviceCall = keyof typeof DEVICE_ROUTES;

const PATTERNS = Object.entries<Route>(DEVICE_ROUTES).map(([name, { method, path }]) => ({
  name: name as DeviceCall,
  method,
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "([^/:]+)")}$`),
}));

/** Which call this is, and of what; undefined for what the device half does not have. */
export function findDeviceCall(method: string, path: string): { name: DeviceCall; id: string | undefined } | undefined {
  for (const { name, method: wanted, pattern } of PATTERNS) {
    const match = wanted === method.toLowerCase() ? pattern.exec(path) : null;
    if (match) return { name, id: match[1]?.toLowerCase() };
  }
  return undefined;
}
