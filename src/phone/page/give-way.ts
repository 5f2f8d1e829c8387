/** Lets input, layout and everybody else's tasks go first: what follows is a task of its own. */
export function giveWay(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
