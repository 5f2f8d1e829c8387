/** How to reach a Redis, as `REDIS_URL` says it. */
export type RedisAddress = {
  readonly hosts: readonly RedisHost[];
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
  /** Database number. A cluster has only 0. */
  readonly db: number;
} & (
  | { readonly mode: "single" }
  | { readonly mode: "cluster" }
  | { readonly mode: "sentinel"; readonly master: string; readonly sentinelPassword?: string }
);

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

const FORMS =
  "redis://HOST:6379, rediss://HOST:6380, redis+sentinel://HOST:26379,HOST:26379/MASTER or redis+cluster://HOST:6379,HOST:6379";

/**
 * Reads the forms of `REDIS_URL`: one server (`redis://`, `rediss://` with TLS, as Azure Managed Redis with its Enterprise
 * policy), sentinels (`redis+sentinel://…/MASTER`), a cluster (`redis+cluster://…`). The last two take `rediss+…` or
 * `?tls=true` for TLS; sentinels take `?sentinelPassword=`, and `?db=` names a database.
 *
 * @throws Error that says what would be right; never repeats the password
 */
export function parseRedisUrl(url: string): RedisAddress {
  // URL cannot read several hosts with ports.
  const match = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?]*)@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url);
  if (!match) throw new Error(`REDIS_URL is none of ${FORMS}`);
  const [, secure, mode, credentials = "", hostList = "", path = "", query = ""] = match;
  const options = new URLSearchParams(query);
  const colon = credentials.indexOf(":");
  const username = decodeURIComponent(colon === -1 ? credentials : credentials.slice(0, colon));
  const password = colon === -1 ? "" : decodeURIComponent(credentials.slice(colon + 1));
  const hosts = hostList.split(",").map((host) => readHost(host, mode === "sentinel" ? 26_379 : 6_379));
  if (mode === undefined && hosts.length > 1)
    throw new Error(`REDIS_URL names several hosts but not how; it should be one of ${FORMS}`);
  const common = {
    hosts,
    tls: secure === "s" || options.get("tls") === "true",
    ...(username && { username }),
    ...(password && { password }),
  };
  const sentinelPassword = options.get("sentinelPassword");
  switch (mode) {
    case "sentinel": {
      if (!path) throw new Error("REDIS_URL lacks the master's name: redis+sentinel://HOST:26379,HOST:26379/MASTER");
      return {
        ...common,
        mode,
        master: path,
        db: readDb(options.get("db")),
        ...(sentinelPassword && { sentinelPassword }),
      };
    }
    case "cluster":
      return { ...common, mode, db: 0 };
    default:
      return { ...common, mode: "single", db: readDb(path || options.get("db")) };
  }
}

function readHost(text: string, defaultPort: number): RedisHost {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Error(`REDIS_URL has a host that cannot be read; it should be one of ${FORMS}`);
  return { host, port: port === undefined ? defaultPort : Number(port) };
}

function readDb(text: string | null): number {
  if (text === null || text === "") return 0;
  if (!/^\d+$/.test(text))
    throw new Error(`REDIS_URL names a database that is no number; it should be one of ${FORMS}`);
  return Number(text);
}
