import { parseJson } from "./parse-json.ts";

/** What a push of Beckon's says. It only wakes the app: what is true, the API says. */
export interface BeckonPush {
  readonly type: "beckon.log-request" | "beckon.log-request-closed" | "beckon.test";
  readonly v: number;
  /** Of a test, the id of the test. */
  readonly requestId: string;
  /** RFC 3339. */
  readonly answerBy?: string;
}

const TYPE = /^beckon\.(log-request(-closed)?|test)$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){4}[\da-f]{8}$/i;

/** Where platforms and push libraries put an app's own data: FCM and web `data`, declarative web push `notification.data`. */
const WRAPPERS = ["data", "notification", "beckon"];

/**
 * Finds Beckon's push in what the platform hands to the app: APNs' userInfo, FCM's message or its `data`, WNS's raw string,
 * a declarative web push or the notification made of it.
 *
 * @param payload the object, or its JSON
 * @returns undefined for everything else: hand that to whoever else gets pushes, such as ACS Calling
 */
export function parsePush(payload: unknown): BeckonPush | undefined {
  return find(payload, 3);
}

function find(payload: unknown, depth: number): BeckonPush | undefined {
  const value = typeof payload === "string" ? parseJson(payload) : payload;
  if (typeof value !== "object" || value === null || depth < 0) return undefined;
  const facts = value as Record<string, unknown>;
  const { type, v, requestId = facts["testId"], answerBy } = facts;
  if (typeof type === "string" && TYPE.test(type)) {
    // FCM's values are strings. A later version is still ours: this app's SDK asks the API what it means.
    if (!(Number(v) >= 1) || typeof requestId !== "string" || !UUID.test(requestId)) return undefined;
    return {
      type: type as BeckonPush["type"],
      v: Number(v),
      requestId: requestId.toLowerCase(),
      ...(typeof answerBy === "string" && { answerBy }),
    };
  }
  for (const name of WRAPPERS) {
    const found = name in facts ? find(facts[name], depth - 1) : undefined;
    if (found) return found;
  }
  return undefined;
}
