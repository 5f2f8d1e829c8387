import type { Response } from "express";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import { Problem } from "#domain/problems.ts";

export type LimitedKind = "address" | "agent" | "device" | "key";

/** Requests a minute for each caller of a kind. */
export type RateLimitSettings = Readonly<Record<LimitedKind, number>>;

export interface RateLimits {
  /** Counts one request; throws `rate_limited` with Retry-After. Sets RateLimit headers (draft-10 syntax). */
  take(kind: LimitedKind, key: string, response: Response): Promise<void>;
}

/** Where processes count together. */
export interface SharedCount {
  readonly redis: object;
  readonly prefix: string;
}

/**
 * Limits by user, agent, key and address. Counted in Redis where there is one, so that all processes share the count; else, and
 * whenever Redis is away, in this process's memory: a limit that is too lenient is better than a service that is down.
 *
 * @param shared an ioredis client that fails fast, and what begins its keys; undefined counts in memory
 */
export function createRateLimits(settings: RateLimitSettings, shared?: SharedCount): RateLimits {
  const limiter = (kind: LimitedKind): RateLimiterAbstract => {
    const options = {
      keyPrefix: `${shared?.prefix ?? "beckon"}-limit-${kind}`,
      points: settings[kind],
      duration: 60,
    };
    const memory = new RateLimiterMemory(options);
    if (shared === undefined) return memory;
    return new RateLimiterRedis({
      ...options,
      storeClient: shared.redis,
      insuranceLimiter: memory,
      rejectIfRedisNotReady: true,
    });
  };
  const limiters: Record<LimitedKind, RateLimiterAbstract> = {
    address: limiter("address"),
    agent: limiter("agent"),
    device: limiter("device"),
    key: limiter("key"),
  };
  return {
    async take(kind, key, response) {
      try {
        const left = await limiters[kind].consume(key);
        announce(response, kind, settings[kind], left);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        announce(response, kind, settings[kind], error);
        const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        throw new Problem("rate_limited", {
          detail: `This ${kind} may send ${settings[kind]} requests a minute. Try again in ${retryAfterSeconds} s.`,
          retryAfterSeconds,
        });
      }
    },
  };
}

function announce(response: Response, kind: LimitedKind, quota: number, left: RateLimiterRes): void {
  response.setHeader("RateLimit-Policy", `"${kind}";q=${quota};w=60`);
  response.setHeader("RateLimit", `"${kind}";r=${left.remainingPoints};t=${Math.ceil(left.msBeforeNext / 1000)}`);
}
