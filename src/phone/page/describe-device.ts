import type { Switches } from "#phone/system/switches.ts";
import { SWITCHES } from "#phone/system/switches.ts";

/** What an app knows of the device it runs on, as its log of the system. Nothing in it says who the user is. */
export function describeDevice(model: string, switches: Switches): string {
  const { userAgent, language, languages, hardwareConcurrency, onLine } = navigator;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const facts = {
    at: new Date().toISOString(),
    model,
    userAgent,
    language,
    languages,
    timeZone,
    processors: hardwareConcurrency,
    screen: `${screen.width}x${screen.height}@${devicePixelRatio}`,
    onLine,
    switches: SWITCHES.filter((name) => switches.isOn(name)),
  };
  return `${JSON.stringify(facts, undefined, 2)}\n`;
}
