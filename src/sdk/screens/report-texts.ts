import { REPORT_SCREEN_AR } from "#messages/report-screen-ar.ts";
import { REPORT_SCREEN_DE } from "#messages/report-screen-de.ts";
import { REPORT_SCREEN_EN } from "#messages/report-screen-en.ts";
import { consentScreenTexts, type ConsentScreenTexts, type TextKey } from "./consent-texts.ts";

/** What the report and survey screens say beside and instead of the consent screen's words. */
interface OwnTexts {
  readonly reportTitle: string;
  readonly whatHappened: string;
  readonly whatHappenedHint: string;
  readonly keptHint: string;
  readonly whichCall: string;
  readonly noCall: string;
  readonly filesTitle: string;
  readonly leftOut: string;
  readonly unavailable: string;
  readonly wifiOnly: string;
  readonly wifiOnlyHint: string;
  readonly whatIsSent: string;
  readonly noFilesOffline: string;
  readonly send: string;
  readonly cancel: string;
  readonly wordsNeeded: string;
  readonly loading: string;
  readonly sending: string;
  readonly storedHint: string;
  readonly waitingForWifiHint: string;
  readonly reportSent: string;
  readonly sentHint: string;
  readonly sharedAt: string;
  readonly youWrote: string;
  readonly takenBackHint: string;
  readonly forgotten: string;
  readonly forgottenHint: string;
  readonly troubleOffline: string;
  readonly troubleTooLarge: string;
  readonly troubleTooMany: string;
  readonly troubleUnreadable: string;
  readonly troubleStopped: string;
  readonly troubleRefused: string;
  readonly surveyTitle: string;
  readonly starsOf: string;
  readonly issuesTitle: string;
  readonly "part.overall": string;
  readonly "part.audio": string;
  readonly "part.video": string;
  readonly alsoReport: string;
  readonly alsoReportHint: string;
  readonly proposal: string;
  readonly moreInfo: string;
  readonly moreInfoHint: string;
  readonly rate: string;
  readonly rateAndReport: string;
  readonly skip: string;
  readonly starsNeeded: string;
  readonly thanks: string;
  readonly thanksHint: string;
  readonly ratingLost: string;
  readonly "tag.CallCannotJoin": string;
  readonly "tag.CallCannotInvite": string;
  readonly "tag.HadToRejoin": string;
  readonly "tag.CallEndedUnexpectedly": string;
  readonly "tag.OtherIssues": string;
  readonly "tag.NoLocalAudio": string;
  readonly "tag.NoRemoteAudio": string;
  readonly "tag.Echo": string;
  readonly "tag.AudioNoise": string;
  readonly "tag.LowVolume": string;
  readonly "tag.AudioStoppedUnexpectedly": string;
  readonly "tag.DistortedSpeech": string;
  readonly "tag.AudioInterruption": string;
  readonly "tag.NoVideoReceived": string;
  readonly "tag.NoVideoSent": string;
  readonly "tag.LowQuality": string;
  readonly "tag.Freezes": string;
  readonly "tag.StoppedUnexpectedly": string;
  readonly "tag.DarkVideoReceived": string;
  readonly "tag.AudioVideoOutOfSync": string;
}

/** The words of the report and survey screens: their own, and those that they share with the consent screen. */
export type ReportScreenTexts = ConsentScreenTexts & OwnTexts;

export type ReportTextKey = TextKey | keyof OwnTexts;

const CATALOGUES: Readonly<Record<string, OwnTexts>> = {
  en: REPORT_SCREEN_EN,
  de: REPORT_SCREEN_DE,
  ar: REPORT_SCREEN_AR,
};

/** The words in this language (`de-AT` gets German); English where there are none. */
export function reportScreenTexts(locale: string): ReportScreenTexts {
  const own = CATALOGUES[locale.split("-")[0]?.toLowerCase() ?? ""] ?? REPORT_SCREEN_EN;
  return { ...consentScreenTexts(locale), ...own };
}
