import type {
  CallSurvey as AcsCallSurvey,
  CallSurveyFeature,
  DebugInfoCallClientFeature,
} from "@azure/communication-calling";
import type { AzureLogger, AzureLogLevel, setLogLevel } from "@azure/logger";
import { expectTypeOf, test } from "vitest";
import type { AcsDebugInfo, AcsLogger, AcsLogLevel, AcsLogOptions } from "#sdk/acs-web.ts";
import type { CallSurvey, CallSurveyResponse } from "#sdk/report-issue.ts";
import type { GivenSurvey } from "#sdk/screens/report-types.ts";

// tsc fails here when @azure/logger or @azure/communication-calling no longer fit what the SDK asks for. Only betas have
// `dumpDebugInfo`: it was held against 1.36.1-beta.1 by hand.

test("the app's own AzureLogger and setLogLevel fit", () => {
  expectTypeOf<typeof AzureLogger>().toExtend<AcsLogger>();
  expectTypeOf<typeof setLogLevel>().toExtend<NonNullable<AcsLogOptions["setLogLevel"]>>();
  expectTypeOf<AcsLogLevel>().toEqualTypeOf<AzureLogLevel>();
});

test("what the Calling SDK says of browser and devices fits", () => {
  expectTypeOf<DebugInfoCallClientFeature>().toExtend<AcsDebugInfo>();
});

test("a survey of the ready screen can be submitted as it is, and what comes back fits", () => {
  type Submit = CallSurveyFeature["submitSurvey"];
  expectTypeOf<GivenSurvey>().toExtend<Parameters<Submit>[0]>();
  expectTypeOf<GivenSurvey>().toExtend<CallSurvey>();
  expectTypeOf<Awaited<ReturnType<Submit>>>().toExtend<CallSurveyResponse>();
  expectTypeOf<Required<AcsCallSurvey>>().toExtend<CallSurvey>();
});
