import { expect, test } from "vitest";
import { parseRedisUrl } from "#adapters/bullmq/parse-redis-url.ts";

test.each([
  ["redis://127.0.0.1", { mode: "single", hosts: [{ host: "127.0.0.1", port: 6379 }], tls: false, db: 0 }],
  ["redis://localhost:7000/3", { mode: "single", hosts: [{ host: "localhost", port: 7000 }], tls: false, db: 3 }],
  [
    "rediss://:p%40ss@name.region.redis.azure.net:10000",
    {
      mode: "single",
      hosts: [{ host: "name.region.redis.azure.net", port: 10000 }],
      tls: true,
      db: 0,
      password: "p@ss",
    },
  ],
  ["redis://[::1]:6380", { mode: "single", hosts: [{ host: "::1", port: 6380 }], tls: false, db: 0 }],
  [
    "redis+sentinel://user:secret@a:26379,b/main?db=2&sentinelPassword=other",
    {
      mode: "sentinel",
      hosts: [
        { host: "a", port: 26379 },
        { host: "b", port: 26379 },
      ],
      master: "main",
      tls: false,
      db: 2,
      username: "user",
      password: "secret",
      sentinelPassword: "other",
    },
  ],
  [
    "redis+cluster://a:7000,b:7001?tls=true",
    {
      mode: "cluster",
      hosts: [
        { host: "a", port: 7000 },
        { host: "b", port: 7001 },
      ],
      tls: true,
      db: 0,
    },
  ],
])("%s is understood", (url, address) => {
  expect(parseRedisUrl(url)).toEqual(address);
});

test.each([
  ["http://127.0.0.1", "is none of"],
  ["redis://:hunter2@a:1,b:2", "names several hosts"],
  ["redis+sentinel://:hunter2@a:26379", "lacks the master's name"],
  ["redis://:hunter2@a:6379/zero", "a database that is no number"],
  ["redis://:hunter2@a:b:c", "a host that cannot be read"],
])("%s is refused with what would be right, and without its password", (url, words) => {
  const refused = () => parseRedisUrl(url);
  expect(refused).toThrow(words);
  expect(refused).not.toThrow("hunter2");
});
