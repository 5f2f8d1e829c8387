import type { Desk } from "./desk.ts";
import type { CallEntry, NoteEntry } from "./journal.ts";
import { callsOf, isOk } from "./rule.ts";
import { EVERYWHERE, RULES, type RuleName } from "./rules.ts";
import type { Awaited, Scenario, Step } from "./scenario.ts";

/** What a rule came to. `unreached`: the scenario ended before anything happened that it is about. */
export interface RuleResult {
  readonly rule: RuleName;
  readonly state: "kept" | "broken" | "unreached";
  readonly wrong?: string;
  readonly right: string;
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly ok: boolean;
  /** Why the app, which need not, does not do what the scenario is about: `ok` is false, and nothing failed. */
  readonly notTried?: string;
  /** The step that was not reached, and why. */
  readonly stoppedAt?: { readonly step: string; readonly why: string };
  readonly rules: readonly RuleResult[];
}

/** A scenario under way. */
export interface Play {
  readonly step: () => Step | undefined;
  /** What the person at the device says to the question of this step. @returns false when nothing is asked */
  answer(yes: boolean): boolean;
  /** Ends the scenario here: nothing more will come. */
  giveUp(why: string): void;
  readonly done: Promise<ScenarioResult>;
}

export interface PlayListener {
  readonly onStep: (step: Step) => void;
  readonly onStepDone: (step: Step) => void;
  /** Once a rule, as soon as it is kept for good or broken. */
  readonly onBroken: (rule: RuleName, wrong: string) => void;
}

/** Plays one scenario on the desk, from step to step, as the app's calls come in. */
export function playScenario(desk: Desk, scenario: Scenario, listener: PlayListener): Play {
  const { promise: done, resolve } = Promise.withResolvers<ScenarioResult>();
  const names = [...new Set<RuleName>([...scenario.rules, ...EVERYWHERE])];
  const broken = new Set<RuleName>();
  let at = -1;
  let since = 0;
  let moving = false;
  let over = false;

  desk.open(scenario);
  const { journal } = desk;
  const step = (): Step | undefined => scenario.steps[at];

  function next(): void {
    at++;
    const begun = step();
    if (!begun) return end();
    since = journal.begin().began;
    if (begun.deed === "share" || begun.deed === "decline" || begun.deed === "later")
      journal.add({ kind: "note", note: "told to answer" });
    if (begun.deed === "kill") journal.add({ kind: "note", note: "restarted" });
    if (begun.deed === "changeBack") journal.add({ kind: "note", note: "first person back" });
    for (const trouble of begun.before ?? []) desk.apply(trouble);
    listener.onStep(begun);
  }

  /** Called with every entry; entries that a step itself adds wait until it has begun. */
  function move(): void {
    if (moving || over) return;
    moving = true;
    tellBroken();
    for (let current = step(); current && !over && isReached(desk, current.awaits, since); current = step()) {
      listener.onStepDone(current);
      next();
    }
    const instead = step()?.optional?.when;
    if (instead && !over && isReached(desk, instead, since)) end({ leftOut: true });
    moving = false;
  }

  function tellBroken(): void {
    for (const name of names) {
      const finding = RULES[name].look(desk);
      if (typeof finding !== "object" || !("wrong" in finding) || broken.has(name)) continue;
      broken.add(name);
      listener.onBroken(name, finding.wrong);
    }
  }

  /** @param early where the scenario ended before its last step: `leftOut` when the app did something else that it may do */
  function end(early?: { readonly leftOut: boolean; readonly why?: string }): void {
    over = true;
    journal.onEntry = undefined;
    const rules = names.flatMap((rule) => judge(desk, rule, scenario.rules.includes(rule)));
    for (const { rule, state, wrong } of rules)
      if (state === "broken" && !broken.has(rule)) listener.onBroken(rule, wrong ?? "");
    const { name, title } = scenario;
    const current = step();
    if (early?.leftOut && current?.optional && rules.every(({ state }) => state !== "broken"))
      return resolve({ name, title, ok: false, notTried: current.optional.why, rules: [] });
    const why = early?.why ?? "the app did something else, and broke a rule";
    const stoppedAt = early && { step: current?.title ?? title, why };
    const ok = !stoppedAt && rules.every(({ state }) => state === "kept");
    resolve({ name, title, ok, ...(stoppedAt ? { stoppedAt } : {}), rules });
  }

  journal.onEntry = move;
  moving = true;
  next();
  moving = false;
  return {
    step,
    done,
    answer(yes) {
      const awaits = step()?.awaits;
      if (typeof awaits !== "object" || over) return false;
      journal.add({ kind: "said", rule: awaits.rule, question: awaits.ask, yes });
      return true;
    },
    giveUp(why) {
      const optional = step()?.optional;
      if (!over) end({ leftOut: optional !== undefined && !optional.when, why });
    },
  };
}

function judge(desk: Desk, rule: RuleName, must: boolean): RuleResult[] {
  const { right } = RULES[rule];
  const finding = RULES[rule].look(desk);
  if (finding === undefined) return must ? [{ rule, state: "unreached", right }] : [];
  if (finding === "kept") return [{ rule, state: "kept", right }];
  return [{ rule, state: "broken", right, wrong: "owes" in finding ? finding.owes : finding.wrong }];
}

/** @param since what began earlier does not count, where a step waits for something new */
function isReached(desk: Desk, awaits: Awaited, since: number): boolean {
  const { journal, request } = desk;
  if (typeof awaits === "object")
    return journal.entries.some((entry) => entry.kind === "said" && entry.rule === awaits.rule && entry.ended > since);
  const since_ = (calls: readonly CallEntry[]) => calls.filter((call) => call.began > since);
  switch (awaits) {
    case "fetched":
      return since_(callsOf(desk, "listMyLogRequests")).some(
        (call) => isOk(call) && (call.answer as { nextLink?: string }).nextLink === undefined,
      );
    case "fetchedByOther":
      return journal.entries.some(
        (entry) =>
          entry.kind === "call" && entry.name === "listMyLogRequests" && isOk(entry) && entry.userId !== request.userId,
      );
    case "seen":
      return since_(callsOf(desk, "seeLogRequest")).some(isOk) || request.consent !== undefined;
    case "shared":
      return request.consent?.given.decision === "share";
    case "declined":
      return request.consent?.given.decision === "decline";
    case "snoozed":
      return request.snoozedUntil !== undefined;
    case "withdrawn":
      return request.state === "withdrawn";
    case "answerRefused":
      return callsOf(desk, "consentToLogRequest").some(({ status }) => status === 409);
    case "uploadBegun":
      return journal.entries.some(
        (entry): entry is NoteEntry => entry.kind === "note" && entry.note === "upload begun",
      );
    case "blockCut":
    case "blockHeld": {
      const note = awaits === "blockCut" ? "block cut" : "block held";
      return journal.entries.some((entry) => entry.kind === "note" && entry.note === note);
    }
    case "stored":
      return request.files.every(({ blob, state }) => blob !== undefined || state !== "announced");
    case "told":
      return request.files.every(({ state }) => state !== "announced");
    case "testPushAsked":
      return since_(callsOf(desk, "testPush")).some(isOk);
    case "toldOver":
      return callsOf(desk, "createUploadLinks", "completeUploads").some(
        ({ code }) => code === "request_closed" || code === "not_consented",
      );
  }
}
