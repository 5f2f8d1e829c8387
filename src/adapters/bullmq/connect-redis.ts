import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./parse-redis-url.ts";

/** What differs between those who talk to Redis; how it is reached, and how a lost connection comes back, does not. */
export type RedisClientOptions = Pick<
  RedisOptions,
  "enableOfflineQueue" | "maxRetriesPerRequest" | "commandTimeout" | "socketTimeout" | "connectionName"
>;

/**
 * Opens a client of a single server, of sentinels or of a cluster. It comes back by itself for as long as it is not disconnected,
 * waiting 100 ms at first and 2 s at most. Its "error" events must be listened to.
 */
export function connectRedis(address: RedisAddress, options: RedisClientOptions): Redis | Cluster {
  const { hosts, username, password, tls, db } = address;
  const first = hosts[0];
  if (first === undefined) throw new Error("REDIS_URL names no host");
  const retry = (times: number) => Math.min(100 * 2 ** Math.min(times - 1, 5), 2_000);
  const login = { ...(username && { username }), ...(password && { password }) };
  const common = { ...options, ...login, connectTimeout: 5_000, keepAlive: 10_000 };
  switch (address.mode) {
    case "single":
      return new Redis({
        ...common,
        ...first,
        db,
        retryStrategy: retry,
        ...(tls && { tls: { servername: first.host } }),
      });
    case "sentinel":
      return new Redis({
        ...common,
        db,
        sentinels: [...hosts],
        name: address.master,
        retryStrategy: retry,
        sentinelRetryStrategy: retry,
        ...(address.sentinelPassword && { sentinelPassword: address.sentinelPassword }),
        ...(tls && { tls: {}, enableTLSForSentinelMode: true }),
        // After a failover the old master answers -READONLY until it is gone: ask the sentinels again.
        reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
      });
    case "cluster": {
      const { enableOfflineQueue = true, ...redisOptions } = common;
      return new Cluster([...hosts], {
        enableOfflineQueue,
        clusterRetryStrategy: retry,
        clusterNodeRetryStrategy: retry,
        // Nodes are announced by address, certificates are for the name.
        redisOptions: { ...redisOptions, ...(tls && { tls: { servername: first.host } }) },
      });
    }
  }
}
