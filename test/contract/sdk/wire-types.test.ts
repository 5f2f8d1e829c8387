import type { z } from "zod";
import { expectTypeOf, test } from "vitest";
import type * as devices from "#contract/devices.ts";
import type { exportManifest } from "#contract/exports.ts";
import type { fileCounts, announcedFile, leftOut } from "#contract/files.ts";
import type { listOf } from "#contract/primitives.ts";
import type { problemDocument } from "#contract/problem-document.ts";
import type { Route } from "#contract/route.ts";
import type { ProblemCode } from "#domain/problems.ts";
import type * as reports from "#contract/reports.ts";
import type * as sdkReports from "#sdk/wire-reports.ts";
import type * as sdk from "#sdk/wire.ts";

// The SDK writes its wire types by hand, so that they need no schema library. tsc fails here when one of them and the
// contract disagree: what the app sends is compared with the schema's input, what it receives with its output.

type Received<Schema extends z.ZodType> = z.output<Schema>;
type Sent<Schema extends z.ZodType> = z.input<Schema>;
type Body<Row> = Row extends Route<infer _Params, infer _Query, infer Schema> ? Sent<Schema> : never;

test("what the SDK sends is what the contract takes", () => {
  expectTypeOf<sdk.NewInstallation>().toEqualTypeOf<Sent<typeof devices.newInstallation>>();
  expectTypeOf<sdk.PushChannel>().toEqualTypeOf<Sent<typeof devices.pushChannel>>();
  expectTypeOf<sdk.CollectorInfo>().toEqualTypeOf<Sent<typeof devices.collectorInfo>>();
  expectTypeOf<sdk.NewConsent>().toEqualTypeOf<Sent<typeof devices.newConsent>>();
  expectTypeOf<sdk.AnnouncedFile>().toEqualTypeOf<Sent<typeof announcedFile>>();
  expectTypeOf<sdk.LeftOut>().toEqualTypeOf<Sent<typeof leftOut>>();
  expectTypeOf<sdk.ExportManifest>().toEqualTypeOf<Sent<typeof exportManifest>>();
  expectTypeOf<sdk.FileOutcome>().toEqualTypeOf<Sent<typeof devices.fileOutcome>>();
  expectTypeOf<{ files: sdk.FileOutcome[] }>().toEqualTypeOf<Body<typeof devices.completeUploads>>();
  expectTypeOf<{ snoozeUntil: string }>().toEqualTypeOf<Body<typeof devices.snoozeLogRequest>>();
  expectTypeOf<{ fileIds: string[] }>().toExtend<Body<typeof devices.createUploadLinks>>();
  expectTypeOf<{ fileIds: string[] }>().toExtend<Body<typeof devices.withdrawConsent>>();
  expectTypeOf<{ installationId: string }>().toExtend<Body<typeof devices.seeLogRequest>>();
});

test("reports are what the contract takes and answers", () => {
  expectTypeOf<sdkReports.NewReport>().toEqualTypeOf<Sent<typeof reports.newReport>>();
  expectTypeOf<{ files: sdk.FileOutcome[] }>().toEqualTypeOf<Body<typeof reports.completeReport>>();
  expectTypeOf<{ fileIds: string[] }>().toExtend<Body<typeof reports.createReportUploadLinks>>();
  expectTypeOf<{ fileIds: string[] }>().toExtend<Body<typeof reports.withdrawReport>>();
  expectTypeOf<sdkReports.CreatedReport>().toEqualTypeOf<Received<typeof reports.createdReport>>();
  expectTypeOf<sdkReports.ReportTerms>().toEqualTypeOf<Received<typeof reports.reportTerms>>();
  expectTypeOf<sdkReports.ReportProgress>().toEqualTypeOf<Received<typeof reports.reportProgress>>();
  expectTypeOf<sdkReports.ReportWithdrawal>().toEqualTypeOf<Received<typeof reports.reportWithdrawal>>();
  expectTypeOf<sdkReports.ReportReceipt>().toEqualTypeOf<Received<typeof reports.reportReceipt>>();
});

test("what the SDK receives is what the contract answers", () => {
  expectTypeOf<sdk.Installation>().toEqualTypeOf<Received<typeof devices.installation>>();
  expectTypeOf<sdk.TestPushResult>().toEqualTypeOf<Received<typeof devices.testPushResult>>();
  expectTypeOf<sdk.DeviceLogRequest>().toEqualTypeOf<Received<typeof devices.deviceLogRequest>>();
  expectTypeOf<sdk.DeviceFile>().toEqualTypeOf<Received<typeof devices.deviceFile>>();
  expectTypeOf<sdk.ConsentText>().toEqualTypeOf<Received<typeof devices.consentText>>();
  expectTypeOf<sdk.Answer>().toEqualTypeOf<Received<typeof devices.answer>>();
  expectTypeOf<sdk.UploadProgress>().toEqualTypeOf<Received<typeof devices.uploadProgress>>();
  expectTypeOf<sdk.Withdrawal>().toEqualTypeOf<Received<typeof devices.withdrawal>>();
  expectTypeOf<sdk.UploadLinks>().toEqualTypeOf<Received<typeof devices.uploadLinks>>();
  expectTypeOf<sdk.Receipt>().toEqualTypeOf<Received<typeof devices.receipt>>();
  expectTypeOf<sdk.UploadLink>().toEqualTypeOf<Received<typeof devices.uploadLink>>();
  expectTypeOf<sdk.FileCounts>().toEqualTypeOf<Received<typeof fileCounts>>();
  expectTypeOf<sdk.Page<sdk.DeviceLogRequest>>().toEqualTypeOf<
    Received<ReturnType<typeof listOf<typeof devices.deviceLogRequest>>>
  >();
  expectTypeOf<sdk.ProblemDocument & Record<string, unknown>>().toExtend<Received<typeof problemDocument>>();
  expectTypeOf<Received<typeof problemDocument>>().toExtend<sdk.ProblemDocument>();
  expectTypeOf<sdk.ProblemCode>().toEqualTypeOf<ProblemCode>();
});
