import { NotificationHubsClient, type NotificationHubsClientOptions } from "@azure/notification-hubs";

type Policy = NonNullable<NotificationHubsClientOptions["additionalPolicies"]>[number];

/** The SDK takes an endpoint of http as it is, but its pipeline refuses plain http unless the request itself allows it. */
const allowLoopbackHttp: Policy = {
  position: "perCall",
  policy: {
    name: "allowLoopbackHttp",
    sendRequest(request, next) {
      request.allowInsecureConnection = true;
      return next(request);
    },
  },
};

/**
 * The SDK, with one attempt a call: attempts are counted in PostgreSQL, and a retry inside the SDK would be a push that
 * nobody knows of.
 *
 * @throws Error in the operator's words, when the connection string cannot be used. It never repeats the key.
 */
export function createHubClient(
  connectionString: string,
  hub: string,
  allowInsecureHosts: readonly string[],
): NotificationHubsClient {
  const parts = readConnectionString(connectionString);
  const { protocol, hostname } = parts.endpoint;
  if (protocol === "http:") {
    if (!parts.emulator) {
      throw new Error(
        `The hub's connection string names http://${hostname}. Plain http is for an emulator: add UseDevelopmentEmulator=true to it, or use the namespace's own connection string (sb://).`,
      );
    }
    if (!allowInsecureHosts.includes(hostname)) {
      throw new Error(
        `The hub's connection string names http://${hostname}, which ALLOW_INSECURE_HOSTS does not list (it lists: ${allowInsecureHosts.join(", ") || "nothing"}).`,
      );
    }
  } else if (protocol !== "sb:" && protocol !== "https:") {
    throw new Error(`The hub's connection string has an Endpoint of ${protocol}//; it must be sb:// or https://.`);
  }
  return new NotificationHubsClient(connectionString, hub, {
    retryOptions: { maxRetries: 0 },
    ...(protocol === "http:" ? { additionalPolicies: [allowLoopbackHttp] } : {}),
  });
}

function readConnectionString(connectionString: string): { readonly endpoint: URL; readonly emulator: boolean } {
  const parts = new Map(
    connectionString.split(";").map((part) => {
      const at = part.indexOf("=");
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const;
    }),
  );
  const endpoint = parts.get("Endpoint");
  if (
    endpoint === undefined ||
    !URL.canParse(endpoint) ||
    !parts.get("SharedAccessKeyName") ||
    !parts.get("SharedAccessKey")
  ) {
    throw new Error(
      "The hub's connection string must have the form Endpoint=sb://NAMESPACE.servicebus.windows.net/;SharedAccessKeyName=NAME;SharedAccessKey=KEY.",
    );
  }
  return { endpoint: new URL(endpoint), emulator: parts.get("UseDevelopmentEmulator")?.toLowerCase() === "true" };
}
