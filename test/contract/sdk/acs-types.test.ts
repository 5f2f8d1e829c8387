import type { AzureLogger, AzureLogLevel, setLogLevel } from "@azure/logger";
import { expectTypeOf, test } from "vitest";
import type { AcsLogger, AcsLogLevel, AcsLogOptions } from "#sdk/acs-web.ts";

// tsc fails here when @azure/logger no longer fits what the SDK asks for. @azure/communication-calling is too heavy to depend
// on for its types: AcsDebugInfo was held against its 2.0.0 and 1.36.1-beta.1 by hand.

test("the app's own AzureLogger and setLogLevel fit", () => {
  expectTypeOf<typeof AzureLogger>().toExtend<AcsLogger>();
  expectTypeOf<typeof setLogLevel>().toExtend<NonNullable<AcsLogOptions["setLogLevel"]>>();
  expectTypeOf<AcsLogLevel>().toEqualTypeOf<AzureLogLevel>();
});
