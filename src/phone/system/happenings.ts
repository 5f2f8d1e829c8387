import type { PushRoad } from "#phone/handle-push.ts";
import type { PhoneWords } from "#phone/phone-texts.ts";
import type { AnswerResult, BeckonPush, DeviceLogRequest, FileProgress, RequestState } from "#sdk/create-beckon.ts";
import type { SwitchName } from "./switches.ts";

/** What happens on the phone, for whoever watches it. Kinds that the terminal's phone has mean the same here. */
export type Happening =
  | { readonly kind: "started"; readonly isRegistered: boolean; readonly isMuted: boolean }
  | {
      readonly kind: "pushed";
      readonly push: BeckonPush;
      readonly road: PushRoad;
      /** Whether notifications are allowed, it changed the lock screen, and an app was there to hear of it. */
      readonly isAllowed: boolean;
      readonly isShown: boolean;
      readonly isHeard: boolean;
    }
  | { readonly kind: "prompted"; readonly request: DeviceLogRequest }
  | { readonly kind: "reviewed"; readonly requestId: string }
  | { readonly kind: "sharing"; readonly requestId: string }
  | ({ readonly kind: "progress" } & FileProgress)
  | { readonly kind: "answered"; readonly answer: "share" | "decline"; readonly result: AnswerResult }
  | { readonly kind: "putOff"; readonly requestId: string; readonly until: Date }
  | { readonly kind: "takenBack"; readonly requestId: string }
  | { readonly kind: "closed"; readonly requestId: string; readonly state: RequestState | undefined }
  | { readonly kind: "called" }
  | { readonly kind: "bigLog"; readonly sizeBytes: number }
  | { readonly kind: "switched"; readonly name: SwitchName; readonly isOn: boolean }
  | { readonly kind: "screen"; readonly screen: string; readonly requestId?: string | undefined }
  | { readonly kind: "trouble"; readonly message: string; readonly code?: string | undefined };

/** One line for the person who looks at the page; undefined for what they see anyhow. */
export function describeHappening(happening: Happening, { say, size, time }: PhoneWords): string | undefined {
  switch (happening.kind) {
    case "started":
      if (!happening.isRegistered) return say("happened.startedOffline");
      return say(happening.isMuted ? "happened.startedMuted" : "happened.started");
    case "pushed":
      if (!happening.isAllowed) return say("happened.pushedDenied");
      if (happening.push.type === "beckon.log-request-closed")
        return happening.isShown ? say("happened.closedPush") : undefined;
      if (!happening.isHeard) return say("happened.pushedDead");
      return say(happening.road === "worker" ? "happened.pushed.worker" : "happened.pushed.stream");
    case "prompted":
      return say("happened.prompted", { ticket: String(happening.request.ticketNumber) });
    case "reviewed":
      return say("happened.reviewed");
    case "sharing":
      return say("happened.shared");
    case "answered": {
      const arrived = happening.result.files.filter(({ state }) => state === "uploaded" || state === "linked").length;
      return happening.answer === "decline" ? say("happened.declined") : say("happened.sent", { count: arrived });
    }
    case "putOff":
      return say("happened.putOff", { time: time(happening.until) });
    case "takenBack":
      return say("happened.takenBack");
    case "closed":
      // Its own answer takes the prompt down as well; that one needs no words.
      return happening.state === undefined ? undefined : say("happened.closed");
    case "called":
      return say("happened.called");
    case "bigLog":
      return say("happened.bigLog", { size: size(happening.sizeBytes) });
    case "switched":
      return say(`happened.${happening.name}.${happening.isOn ? "on" : "off"}`);
    case "trouble":
      return say("happened.trouble", { message: happening.message });
    case "progress":
    case "screen":
      return undefined;
  }
}
