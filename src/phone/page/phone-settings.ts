/** What the server put into the page, and what its address asks for. */
export interface PhoneSettings {
  /** Origin of the API, which serves this page. */
  readonly apiUrl: string;
  readonly emulatorUrl: string;
  /** The app's own id of the signed-in user. */
  readonly user: string;
  /** A name of the phone: each has an install, a storage and switches of its own. */
  readonly phone: string;
  /** Names everything that is stored for this phone of this user. */
  readonly key: string;
  /** BCP 47, in the order of preference. */
  readonly languages: readonly string[];
  /** Size of an extra log, for measurements. */
  readonly logsMb: number;
}

/** @returns undefined where the page was not served with settings */
export function readPhoneSettings(page: Document): PhoneSettings | undefined {
  const { emulatorUrl } = parse(page.querySelector("#phone-settings")?.textContent ?? "");
  if (emulatorUrl === undefined) return undefined;
  const { origin, searchParams: query } = new URL(page.location.href);
  const user = query.get("user") || "ann";
  const phone = query.get("phone") || "pixel";
  const wished = query.get("lang");
  return {
    apiUrl: origin,
    emulatorUrl,
    user,
    phone,
    key: `beckon-phone/${user}/${phone}`,
    languages: wished ? [wished] : navigator.languages,
    logsMb: Math.min(500, Math.max(0, Number(query.get("logsMb")) || 0)),
  };
}

function parse(text: string): { emulatorUrl?: string } {
  try {
    return JSON.parse(text) as { emulatorUrl?: string };
  } catch {
    return {};
  }
}
