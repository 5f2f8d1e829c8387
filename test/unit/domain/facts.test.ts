import { describe, expect, test } from "vitest";
import { FACT_TYPES, WAKE_TYPES, type OutboxRow } from "#domain/facts.ts";
import { REQUEST_STATES } from "#domain/vocabulary.ts";
import { JOBS, type JobName } from "#flow/jobs.ts";
import { PIPELINE, setsSomethingGoing } from "#flow/pipeline.ts";

const TYPES = [...FACT_TYPES, ...WAKE_TYPES];
const id = (last: number) => `0197a000-0000-7000-8000-00000000000${last}`;
const whole = (type: OutboxRow["type"]): OutboxRow => ({
  type,
  requestId: id(1),
  roundId: id(2),
  fileId: id(3),
  installationId: id(4),
  pushId: id(5),
  ticketId: id(6),
});

describe("what can happen", () => {
  test("is named once, in the past tense of one thing", () => {
    expect(new Set(TYPES).size).toBe(TYPES.length);
    for (const type of TYPES) expect(type).toMatch(/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/);
  });

  test("holds a fact for every state that a request can come to", () => {
    const told = new Set<string>(FACT_TYPES);
    for (const state of REQUEST_STATES)
      expect(told.has(state === "requested" ? "request.created" : `request.${state}`)).toBe(true);
  });
});

describe("the pipeline", () => {
  test("knows every fact and every wake, and nothing else", () => {
    expect(Object.keys(PIPELINE).toSorted()).toEqual([...TYPES].toSorted());
  });

  test("gives each job what its schema takes", () => {
    for (const type of TYPES) {
      for (const { job, item } of PIPELINE[type](whole(type)))
        expect(JOBS[job].item.safeParse(item), `${type} → ${job}`).toMatchObject({ success: true, data: item });
    }
  });

  test("asks for nothing where a row does not say whom it is about", () => {
    for (const type of TYPES) expect(PIPELINE[type]({ type })).toEqual([]);
  });

  test("writes no row for a fact that sets nothing going, and one for every other", () => {
    for (const type of TYPES)
      expect([type, setsSomethingGoing(type)]).toEqual([type, PIPELINE[type](whole(type)).length > 0]);
  });

  test("brings every wake to a job, or it would never be done", () => {
    for (const type of WAKE_TYPES) expect(setsSomethingGoing(type)).toBe(true);
  });

  test("reaches every job that does not come by itself", () => {
    const reached = new Set<JobName>(TYPES.flatMap((type) => PIPELINE[type](whole(type))).map(({ job }) => job));
    const alone = (Object.keys(JOBS) as JobName[]).filter((name) => JOBS[name].everyMs !== null);
    expect(new Set([...reached, ...alone])).toEqual(new Set(Object.keys(JOBS)));
    expect(alone.filter((name) => reached.has(name))).toEqual([]);
  });
});
