/** What this app's back end says to its pages. */
export interface Settings {
  readonly beckonUrl: string;
  readonly userId: string;
  readonly vapidPublicKey?: string;
  /** Where the emulator keeps the pushes of browsers that no hub reaches. Only in development. */
  readonly pushStandIn?: string;
}

export const settings = (await (await fetch("/settings")).json()) as Settings;

/** This browser's id at Beckon: made once, and kept. */
export const installationId = (localStorage["installation-id"] ??= crypto.randomUUID()) as string;

export const APP_VERSION = "1.0";
