import type { ConsentEvents } from "./consent-types.ts";
import type { ReportTextKey } from "./report-texts.ts";
import type { ReportEvents } from "./report-types.ts";
import type { ScreenContext } from "./screen-context.ts";

interface Events extends ConsentEvents, ReportEvents {}

/** What every part of the report and survey screens gets. The parts of the consent screen take it too. */
export interface ReportContext extends Omit<ScreenContext, "t" | "emit"> {
  t(key: ReportTextKey, values?: Readonly<Record<string, string | number>>): string;
  emit<Name extends keyof Events>(name: Name, detail: Events[Name]): void;
}
