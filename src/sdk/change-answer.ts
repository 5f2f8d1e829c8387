import type { AnswerJournal, AnswerUnderWay, Announcing } from "./answer-journal.ts";
import type { createNetworkGate } from "./network-gate.ts";

/** What a user may choose while an answer is under way. */
export interface Choice extends Pick<AnswerUnderWay, "network" | "paused"> {
  /** Files that they took back: nothing more of them is sent. */
  readonly takenBack?: readonly string[];
}

/** Where an answer is being carried out: it hears of the choice at once. */
export interface Changeable<Answer extends AnswerUnderWay<Announcing>> {
  readonly answer: Answer;
  readonly gate: ReturnType<typeof createNetworkGate>;
}

/** Notes what the user chose, for what is under way and for later runs. Nothing happens where there is no such answer. */
export async function changeAnswer<Answer extends AnswerUnderWay<Announcing>>(
  journal: Pick<AnswerJournal<Answer>, "find" | "save">,
  requestId: string,
  flying: Changeable<Answer> | undefined,
  { takenBack = [], ...choice }: Choice,
): Promise<void> {
  const answer = flying?.answer ?? (await journal.find(requestId));
  if (!answer) return;
  Object.assign(answer, choice);
  for (const file of answer.files) if (takenBack.includes(file.fileId ?? "")) file.outcome ??= "taken_back";
  flying?.gate.chosen();
  if (await journal.find(requestId)) await journal.save(answer);
}
