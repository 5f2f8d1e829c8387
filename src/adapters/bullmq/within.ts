/**
 * Waits for something, but not for ever: BullMQ waits without end for a connection that is away.
 *
 * @param ms how long, in milliseconds
 * @param what names it in the error: "the queue's answer"
 * @throws Error when the time is over; what was waited for goes on, and its own failure then concerns nobody
 */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Waited ${ms} ms for ${what}`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
