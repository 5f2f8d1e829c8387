import { expect, test } from "vitest";
import type { OutboxRow } from "#domain/facts.ts";
import { JOBS } from "#flow/jobs.ts";
import { PIPELINE } from "#flow/pipeline.ts";
import { gatherJobs } from "#flow/relay/gather-jobs.ts";

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const asked = (n: number): OutboxRow => ({ type: "request.created", requestId: id(n), roundId: id(1_000 + n) });

test("pushes travel together, as many as one job takes, nearest deadline first", () => {
  const jobs = gatherJobs(
    Array.from({ length: 70 }, (_, n) => asked(n)),
    PIPELINE,
  );
  expect(jobs.map(({ name, items }) => [name, items.length])).toEqual([
    ["push", JOBS.push.batch],
    ["push", JOBS.push.batch],
    ["push", 6],
  ]);
  expect(jobs[0]?.items[0]).toEqual({ requestId: id(0), roundId: id(1_000) });
});

test("each file is verified in a job of its own, so that a large one holds nobody", () => {
  const rows: OutboxRow[] = [1, 2, 3].map((n) => ({ type: "verify.due", fileId: id(n), requestId: id(9) }));
  expect(gatherJobs(rows, PIPELINE)).toEqual([1, 2, 3].map((n) => ({ name: "verify", items: [{ fileId: id(n) }] })));
});

test("what two rows ask for is done once", () => {
  const rows: OutboxRow[] = [
    { type: "file.refused", fileId: id(1), requestId: id(9) },
    { type: "cleanup.due", fileId: id(1), requestId: id(9) },
  ];
  expect(gatherJobs(rows, PIPELINE)).toEqual([{ name: "cleanup", items: [{ fileId: id(1) }] }]);
});

test("a row of a newer version sets nothing going and holds nothing up", () => {
  const fromTomorrow = JSON.parse('{"type":"request.archived","requestId":"x"}') as OutboxRow;
  expect(gatherJobs([fromTomorrow, asked(1)], PIPELINE)).toHaveLength(1);
});
