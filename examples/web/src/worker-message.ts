import type { BeckonPush } from "beckon-sdk";

/** What the service worker tells the pages. */
export type WorkerMessage =
  | { readonly kind: "pushed"; readonly push: BeckonPush; readonly isShown: boolean }
  | { readonly kind: "review"; readonly requestId: string };
