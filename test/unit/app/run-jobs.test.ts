import { expect, test } from "vitest";
import { runJobs, type JobHandlers } from "#app/run-jobs.ts";
import { JOBS, type JobName } from "#flow/jobs.ts";
import type { JobHandler } from "#ports/job-queue.ts";

const FILE = "00000000-0000-7000-8000-000000000001";

test("every job is worked on as its row says, and an item that does not fit is dropped and told", async () => {
  const working = new Map<string, { options: object; handler: JobHandler }>();
  const repeating: [string, number][] = [];
  const verified: unknown[] = [];
  const lines: string[] = [];
  const note = (_fields: object, message: string) => void lines.push(message);
  const nothing: JobHandler = async () => undefined;
  const handlers: JobHandlers = {
    ...(Object.fromEntries(Object.keys(JOBS).map((name) => [name, nothing])) as Record<JobName, JobHandler>),
    verify: async (items) => void verified.push(...items),
  };
  await runJobs({
    queue: {
      work: async (name, options, handler) => void working.set(name, { options, handler }),
      repeat: async (name, everyMs) => void repeating.push([name, everyMs]),
    },
    handlers,
    log: { info: note, warn: note, error: note },
  });
  expect([...working.keys()].toSorted()).toEqual(Object.keys(JOBS).toSorted());
  expect(working.get("verify")?.options).toEqual({ concurrency: 4, timeoutSeconds: 3600 });
  expect(repeating).toEqual([
    ["deadlines", 1_000],
    ["sweep", 60_000],
  ]);
  const { signal } = new AbortController();
  await working.get("verify")?.handler([{ fileId: "../etc" }, { fileId: FILE }, 7], signal);
  expect(verified).toEqual([{ fileId: FILE }]);
  expect(lines).toHaveLength(2);
});
