import * as routes from "#contract/insights.ts";
import { formatTime, parseTime } from "#contract/primitives.ts";
import { Problem, type FieldRule } from "#domain/problems.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Clock } from "#ports/clock.ts";
import type { Insights } from "#ports/store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_SPAN_MS = 30 * DAY_MS;
/** A leap year: what is counted over is read row by row. */
const LONGEST_SPAN_MS = 366 * DAY_MS;

/** Serves what can be learned from many requests and installations together. */
export function serveInsights(
  kit: HttpKit,
  { insights, clock }: { readonly insights: Insights; readonly clock: Clock },
): void {
  kit.serve(routes.listCollectors, async () => ({ status: 200, body: { value: await insights.collectors() } }));

  kit.serve(routes.getInsights, async ({ query }) => {
    const to = query.to === undefined ? clock.now() : parseTime(query.to);
    const from = query.from === undefined ? to - DEFAULT_SPAN_MS : parseTime(query.from);
    if (from >= to) throw wrongSpan("must be before 'to'", "wrong_order");
    if (to - from > LONGEST_SPAN_MS) throw wrongSpan("must be at most 366 days before 'to'", "out_of_range");
    return { status: 200, body: { from: formatTime(from), to: formatTime(to), ...(await insights.figures(from, to)) } };
  });
}

function wrongSpan(message: string, rule: FieldRule): Problem {
  return new Problem("invalid_request", { details: [{ target: "from", message, rule }] });
}
