/** Milliseconds between two things that are played. */
export const PACES = { slow: 4_000, reading: 2_400, fast: 800, none: 0 } as const;
export type Pace = keyof typeof PACES;

/** Why nothing is played right now: `yours`, because the person pressed something themself. */
export type PlayState =
  | { readonly kind: "idle" }
  | { readonly kind: "playing" }
  | { readonly kind: "paused"; readonly why: "asked" | "yours" }
  | { readonly kind: "over" }
  | { readonly kind: "trouble"; readonly message: string };

/** What a script is given to play with. */
export interface Playing {
  /** Waits as long as one beat of the pace is, and while it is paused. */
  beat(): Promise<void>;
  /**
   * Waits until something is there; a pause does not count.
   *
   * @throws PlayTrouble with these words when it does not come
   */
  until<Found>(find: () => Found | undefined, orElse: string): Promise<Found>;
}

export interface Player {
  state(): PlayState;
  /** From the beginning, also in the middle. */
  start(): void;
  pause(why: "asked" | "yours"): void;
  goOn(): void;
  setPace(pace: Pace): void;
}

/** Got no further, for a reason that the person may read. */
export class PlayTrouble extends Error {
  override readonly name = "PlayTrouble";
}

/** Thrown into a script that is played no more. */
class Ended extends Error {}

const LOOK_MS = 40;
/** Everything that is waited for takes seconds at most, also on a busy machine. */
const GIVE_UP_MS = 60_000;

/**
 * Plays a script, at a pace, and stops wherever the person wants.
 *
 * @param script what is played; must look before it presses, since the person may have done it already
 * @param onState told of each change
 */
export function createPlayer(
  script: (playing: Playing) => Promise<void>,
  { pace: given, onState }: { pace: Pace; onState: (state: PlayState) => void },
): Player {
  let state: PlayState = { kind: "idle" };
  let pace = PACES[given];
  let round = 0;

  function become(next: PlayState): void {
    state = next;
    onState(next);
  }
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  async function play(mine: number): Promise<void> {
    const sleepOn = async (ms: number) => {
      await sleep(ms);
      while (state.kind === "paused" && mine === round) await sleep(LOOK_MS);
      // Nothing is awaited between this and what is done next: a round that is over does nothing more.
      if (mine !== round) throw new Ended();
    };
    const playing: Playing = {
      async beat() {
        // In slices, so that another pace is felt at once.
        for (let waited = 0; waited < pace; waited += LOOK_MS) await sleepOn(LOOK_MS);
        await sleepOn(0);
      },
      async until(find, orElse) {
        for (let waited = 0; waited < GIVE_UP_MS; waited += LOOK_MS) {
          await sleepOn(waited === 0 ? 0 : LOOK_MS);
          const found = find();
          if (found !== undefined) return found;
        }
        throw new PlayTrouble(orElse);
      },
    };
    try {
      await script(playing);
      if (mine === round) become({ kind: "over" });
    } catch (error) {
      if (error instanceof Ended || mine !== round) return;
      become({ kind: "trouble", message: error instanceof Error ? error.message : String(error) });
      if (!(error instanceof PlayTrouble)) throw error;
    }
  }

  return {
    state: () => state,
    start() {
      round += 1;
      become({ kind: "playing" });
      void play(round);
    },
    pause(why) {
      if (state.kind === "playing") become({ kind: "paused", why });
    },
    goOn() {
      if (state.kind === "paused") become({ kind: "playing" });
    },
    setPace(next) {
      pace = PACES[next];
    },
  };
}
