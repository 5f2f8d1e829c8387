const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/** What follows is a task of its own: a tap that led here is over, and input and drawing had their turn. */
export function nextTask(): Promise<void> {
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => waiting.shift()?.();
  }
  const { port2 } = channel;
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(undefined);
  });
}

/**
 * What was changed is laid out in a task of its own, and what follows is another. Without this the browser lays out all that
 * was changed at once; and a frame is not waited for, as a slow device draws few of them, and a hidden page none.
 */
export async function layOut(changed: Element): Promise<void> {
  await nextTask();
  changed.getBoundingClientRect();
  await nextTask();
}
