import { expectTypeOf, test } from "vitest";
import type * as sdk from "#sdk/create-beckon.ts";
import type * as sdkReports from "#sdk/report-issue.ts";
import type * as reports from "#sdk/screens/report-types.ts";
import type * as screen from "#sdk/screens/consent-types.ts";

// The consent screen has types of its own, so that it can be taken without the SDK. tsc fails here when what the SDK gives no
// longer fits what the screen takes.

test("what the SDK gives is what the consent screen takes", () => {
  expectTypeOf<sdk.Review>().toExtend<screen.ConsentReview>();
  expectTypeOf<sdk.ReviewFile>().toExtend<screen.ConsentFile>();
  expectTypeOf<screen.ConsentFile>().toExtend<sdk.ReviewFile>();
  expectTypeOf<sdk.Receipt>().toExtend<screen.ConsentReceipt>();
  expectTypeOf<sdk.FileProgress>().toExtend<screen.ConsentProgress>();
  expectTypeOf<sdk.ShareNetwork>().toEqualTypeOf<screen.ShareNetwork>();
  expectTypeOf<sdk.Withdrawal["downloadedBefore"][number]>().toExtend<screen.DownloadBefore>();
  expectTypeOf<sdk.Beckon>().toExtend<screen.ConsentBeckon>();
});

test("what the SDK gives is what the report and survey screens take", () => {
  expectTypeOf<sdkReports.ReportReview>().toExtend<reports.ReportScreenReview>();
  expectTypeOf<sdkReports.ReportReceipt>().toExtend<reports.ReportScreenReceipt>();
  expectTypeOf<sdkReports.ReportStatus>().toExtend<reports.ReportMove>();
  expectTypeOf<sdkReports.AttachedSurvey>().toExtend<reports.SubmittedSurvey>();
  expectTypeOf<reports.GivenSurvey>().toExtend<sdkReports.CallSurvey>();
  expectTypeOf<sdkReports.Reports>().toExtend<reports.ScreenReports>();
});
