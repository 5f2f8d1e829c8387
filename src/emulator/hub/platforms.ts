/** The word of `ServiceBusNotification-Format` for one push service; also the `platform` of a delivered message. */
export type PlatformName =
  | "apple"
  | "fcmv1"
  | "gcm"
  | "windows"
  | "windowsphone"
  | "adm"
  | "baidu"
  | "browser"
  | "xiaomi";

/** Everything in which one push service differs from another on the wire of Notification Hubs. */
export interface Platform {
  /** `ServiceBusNotification-Format` and `TargetPlatforms` word. */
  name: PlatformName;
  /** `platform` of an installation, in lower case (compared ignoring case: .NET writes `fcmV1`). */
  installationName: string;
  /** Base of `{kind}RegistrationDescription` and `{kind}TemplateRegistrationDescription`. */
  kind: string;
  /** Elements of a registration that hold the handle, in the order of recorded answers. */
  handleElements: readonly string[];
  /** Element of `NotificationDetails` that counts this platform's outcomes. */
  outcomeElement: string;
  /** What a template body of this platform is written in. */
  templateSyntax: "json" | "xml";
  /** Largest payload that the push service takes, in bytes; more is outcome `InvalidNotificationSize`, not an HTTP error. */
  maxPayloadBytes: number;
}

/** Sizes: APNs and FCM from the vendors' pages, WNS raw 5 KB from Microsoft's; MPNS and Baidu as WNS and FCM, for want of a fact. */
export const PLATFORMS: readonly Platform[] = [
  platform("apple", "apns", "Apple", ["DeviceToken"], "ApnsOutcomeCounts", "json", 4096),
  platform("fcmv1", "fcmv1", "FcmV1", ["FcmV1RegistrationId"], "FcmV1OutcomeCounts", "json", 4096),
  platform("gcm", "gcm", "Gcm", ["GcmRegistrationId"], "GcmOutcomeCounts", "json", 4096),
  platform("windows", "wns", "Windows", ["ChannelUri"], "WnsOutcomeCounts", "xml", 5120),
  platform("windowsphone", "mpns", "Mpns", ["ChannelUri"], "MpnsOutcomeCounts", "xml", 5120),
  platform("adm", "adm", "Adm", ["AdmRegistrationId"], "AdmOutcomeCounts", "json", 6144),
  platform("baidu", "baidu", "Baidu", ["BaiduUserId", "BaiduChannelId"], "BaiduOutcomeCounts", "json", 4096),
  platform("browser", "browser", "Browser", ["Endpoint", "P256DH", "Auth"], "BrowserOutcomeCounts", "json", 4096),
  platform("xiaomi", "xiaomi", "Xiaomi", ["XiaomiRegistrationId"], "XiaomiOutcomeCounts", "json", 4096),
];

function platform(
  name: PlatformName,
  installationName: string,
  kind: string,
  handleElements: readonly string[],
  outcomeElement: string,
  templateSyntax: "json" | "xml",
  maxPayloadBytes: number,
): Platform {
  return { name, installationName, kind, handleElements, outcomeElement, templateSyntax, maxPayloadBytes };
}

const byName = new Map<string, Platform>(PLATFORMS.map((each) => [each.name, each]));
const byInstallationName = new Map(PLATFORMS.map((each) => [each.installationName, each]));

/** The platform of a `ServiceBusNotification-Format`, whatever its case; undefined for `template` and for unknown words. */
export function platformOfFormat(format: string): Platform | undefined {
  return byName.get(format.toLowerCase());
}

/** The platform of an installation's `platform`, whatever its case. */
export function platformOfInstallation(name: string): Platform | undefined {
  return byInstallationName.get(name.toLowerCase());
}

/** The platform by either of its names, for filters that people type: `apple` and `apns` are one. */
export function findPlatform(name: string): Platform | undefined {
  return platformOfFormat(name) ?? platformOfInstallation(name);
}

/** A handle as the hub keeps it: Apple's tokens become upper-case hex (seen in recorded traffic), others stay as they came. */
export function normaliseHandle(of: Platform, handle: string): string {
  if (of.name !== "apple") return handle;
  const token = handle.toUpperCase();
  return token === handle ? handle : token;
}
