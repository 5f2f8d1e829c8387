import { expect, test } from "vitest";
import { createPlayer, type PlayState, PlayTrouble, type Playing } from "#phone/stage/player.ts";

function open(script: (playing: Playing) => Promise<void>) {
  const states: PlayState["kind"][] = [];
  const player = createPlayer(script, { pace: "none", onState: ({ kind }) => states.push(kind) });
  return { player, states };
}

test("while it is paused nothing goes on, and afterwards it goes on from there", async () => {
  const done: string[] = [];
  let isThere: true | undefined;
  const { player, states } = open(async ({ until, beat }) => {
    done.push("first");
    await until(() => isThere, "nothing came");
    done.push("second");
    await beat();
  });
  player.start();
  await expect.poll(() => done).toEqual(["first"]);
  player.pause("yours");
  expect(player.state()).toEqual({ kind: "paused", why: "yours" });
  isThere = true;
  player.goOn();
  await expect.poll(() => player.state().kind).toBe("over");
  expect(done).toEqual(["first", "second"]);
  expect(states).toEqual(["playing", "paused", "playing", "over"]);
});

test("played again in the middle, the first round ends where it is", async () => {
  const rounds: number[] = [];
  let round = 0;
  let isThere: true | undefined;
  const { player } = open(async ({ until }) => {
    const mine = ++round;
    await until(() => isThere, "nothing came");
    rounds.push(mine);
  });
  player.start();
  player.start();
  isThere = true;
  await expect.poll(() => player.state().kind).toBe("over");
  expect(rounds).toEqual([2]);
});

test("a play that gets no further says why, and a pause afterwards changes nothing", async () => {
  const { player } = open(() => Promise.reject(new PlayTrouble("the form did not open")));
  player.start();
  await expect.poll(() => player.state()).toEqual({ kind: "trouble", message: "the form did not open" });
  player.pause("asked");
  expect(player.state().kind).toBe("trouble");
});
