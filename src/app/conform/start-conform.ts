import { json, type Response, Router } from "express";
import { PLATFORMS, type Moment, type Platform } from "#domain/vocabulary.ts";
import { createDesk } from "./desk.ts";
import { type Play, type PlayListener, playScenario, type ScenarioResult } from "./play-scenario.ts";
import { pushToInject } from "./push-to-inject.ts";
import { DEEDS, type Scenario, type Step } from "./scenario.ts";
import { startConformServer } from "./start-conform-server.ts";

/** What happens, for whoever watches: the terminal, or a test. */
export interface ConformListener extends Omit<PlayListener, "onStep"> {
  /** @param platform which the app said that it is */
  readonly onStep: (step: Step, platform: Platform | undefined) => void;
  readonly onScenario: (scenario: Scenario, place: { readonly number: number; readonly of: number }) => void;
  readonly onResult: (result: ScenarioResult) => void;
}

export interface Conform {
  /** Where the app under test finds the device half of the API. */
  readonly url: string;
  /** Once every scenario was played, or `quit` was called. */
  readonly results: Promise<readonly ScenarioResult[]>;
  /** The person's yes or no. @returns false when nothing is asked */
  answer(yes: boolean): boolean;
  /** Nothing more will come: ends this scenario, and begins the next. */
  skip(): void;
  quit(): void;
  close(): Promise<void>;
}

const REAL_CLOCK = { now: () => Date.now(), steadyMs: () => performance.now() };

/**
 * Starts the scripted server and plays the scenarios one after the other.
 *
 * @param collectors what to ask for; what the app registered, else `app`, unless given
 * @param stepTimeoutSeconds how long a step may take; 0 waits for ever
 */
export async function startConform({
  scenarios,
  host,
  port,
  collectors,
  stepTimeoutSeconds,
  listener,
  clock = REAL_CLOCK,
  onReady,
  onError,
}: {
  readonly scenarios: readonly Scenario[];
  readonly host: string;
  readonly port: number;
  readonly collectors?: readonly string[] | undefined;
  readonly stepTimeoutSeconds: number;
  readonly listener: ConformListener;
  readonly clock?: { readonly now: () => Moment; readonly steadyMs: () => number };
  /** Called with the address before the first scenario begins. */
  readonly onReady?: (url: string) => void;
  readonly onError: (error: unknown) => void;
}): Promise<Conform> {
  const desk = createDesk({ collectors, clock });
  let play: Play | undefined;
  let quitting = false;
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    if (stepTimeoutSeconds > 0)
      timer = setTimeout(
        () => play?.giveUp(`it did not come within ${stepTimeoutSeconds} s`),
        stepTimeoutSeconds * 1000,
      );
  };
  const answer = (yes: boolean): boolean => play?.answer(yes) ?? false;
  const skip = (): void => play?.giveUp("it never came");

  const controls = Router();
  controls.get("/conform/now", (_request, response) => {
    response.json(play ? { scenario: desk.scenario.name, requestId: desk.request.id, ...describe(play.step()) } : {});
  });
  controls.post("/conform/answer", json(), (request, response) => {
    end(response, answer((request.body as { yes?: unknown } | undefined)?.yes === true));
  });
  controls.post("/conform/skip", (_request, response) => {
    skip();
    end(response, true);
  });
  controls.get("/conform/push", (request, response) => {
    const platform = PLATFORMS.find((one) => one === request.query["platform"]) ?? desk.platform() ?? "apns";
    response.type("application/json").send(pushToInject(desk, platform, play?.step()?.push ?? "ask"));
  });

  const server = await startConformServer({ desk, controls, host, port, onError });
  onReady?.(server.url);
  const results = (async () => {
    const all: ScenarioResult[] = [];
    for (const [index, scenario] of scenarios.entries()) {
      if (quitting) break;
      listener.onScenario(scenario, { number: index + 1, of: scenarios.length });
      play = playScenario(desk, scenario, {
        ...listener,
        onStep(step) {
          wait();
          listener.onStep(step, desk.platform());
        },
      });
      all.push(await play.done);
      clearTimeout(timer);
      listener.onResult(all.at(-1) as ScenarioResult);
    }
    return all;
  })();

  return {
    url: server.url,
    results,
    answer,
    skip,
    quit() {
      quitting = true;
      play?.giveUp("the command was ended");
    },
    close: server.close,
  };
}

/** A step for a UI test that does the person's part. */
function describe(step: Step | undefined) {
  if (!step) return {};
  const { title, deed, push, awaits, needs, optional } = step;
  return {
    step: title,
    ...(deed ? { deed, person: DEEDS[deed] } : {}),
    ...(push ? { push } : {}),
    ...(needs ? { needs } : {}),
    ...(optional ? { optional: true } : {}),
    ...(typeof awaits === "object" ? { question: awaits.ask, rule: awaits.rule } : {}),
  };
}

function end(response: Response, ok: boolean): void {
  response.status(ok ? 204 : 409).end();
}
