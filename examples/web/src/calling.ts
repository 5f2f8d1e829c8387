/**
 * Calls, in the Calling SDK's own types. No call is made: there is no Azure Communication Services resource here, so
 * `startCall` and `submitSurvey` are stand-ins that are made of this page alone, and say so in the log. What takes their place:
 *
 *     const callClient = new CallClient();
 *     const agent = await callClient.createCallAgent(new AzureCommunicationTokenCredential(token));
 *     startCall = (userId) => agent.startCall([{ communicationUserId: userId }]);
 *     submitSurvey = (call, survey) => call.feature(Features.CallSurvey).submitSurvey(survey);
 *     debugInfo = () => callClient.feature(Features.DebugInfo);
 */
import type {
  Call,
  CallEndReason,
  CallState,
  CallSurvey,
  CallSurveyResponse,
  DebugInfoCallClientFeature,
} from "@azure/communication-calling";
import { createClientLogger } from "@azure/logger";

/** As much of a call as this app uses. */
export type AppCall = Pick<Call, "id" | "state" | "callEndReason" | "on" | "hangUp">;

/** A stand-in's call can be made to fail, as a bad connection does. */
export interface StandInCall extends AppCall {
  fail(): void;
}

/** Writes where the Calling SDK writes. */
const logger = createClientLogger("communication-calling:stand-in");

const CONNECTION_LOST: CallEndReason = { code: 410, subCode: 3112 };

export function startCall(userId: string): StandInCall {
  const id = crypto.randomUUID();
  const listeners = new Set<() => void>();
  let state: CallState = "None";
  let callEndReason: CallEndReason | undefined;

  function become(next: CallState): void {
    logger.info(`call ${id} with ${userId}: ${state} -> ${next}`);
    state = next;
    for (const listener of listeners) listener();
  }

  function end(reason: CallEndReason): void {
    if (state === "Disconnected") return;
    callEndReason = reason;
    if (reason.code !== 0) logger.error(`call ${id} ended with ${reason.code}/${String(reason.subCode)}`);
    become("Disconnected");
  }

  queueMicrotask(() => become("Connected"));
  return {
    id,
    get state() {
      return state;
    },
    get callEndReason() {
      return callEndReason;
    },
    on: (_event: string, listener: () => void) => void listeners.add(listener),
    hangUp: async () => end({ code: 0, subCode: 0 }),
    fail: () => end(CONNECTION_LOST),
  } as StandInCall;
}

export async function submitSurvey(call: AppCall, survey: CallSurvey): Promise<CallSurveyResponse> {
  logger.info(`survey of call ${call.id}: ${survey.overallRating?.score ?? "no score"}`);
  return { ...survey, id: crypto.randomUUID(), callId: call.id, localParticipantId: "8:acs:stand-in" };
}

/** Undefined while there is no `CallClient`. */
export function debugInfo(): DebugInfoCallClientFeature | undefined {
  return undefined;
}
