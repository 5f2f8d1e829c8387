import { expect, test } from "vitest";
import { Problem } from "#domain/problems.ts";

test.each(["database_unavailable", "timeout"] as const)(
  "%s promises neither that it was done nor that it was not, and says how to find out",
  (code) => {
    const problem = new Problem(code);
    expect(problem.message).toMatch(/It may have been done: repeat it with the same Idempotency-Key\.$/);
    expect(problem.message).not.toMatch(/[Nn]othing/);
    expect(problem).toMatchObject({ status: 503, retryAfterSeconds: 5 });
  },
);
