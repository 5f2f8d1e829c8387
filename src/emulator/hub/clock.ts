/** The emulator's time: the machine's, plus what a test has advanced it by. All values are milliseconds since 1970. */
export class Clock {
  #offsetMs = 0;
  #tokenOffsetMs = 0;
  readonly #alarms = new Set<Alarm>();

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** The time that judges tokens. Clients mint them by their own clock, so it moves only when a test asks for that. */
  tokenNow(): number {
    return Date.now() + this.#tokenOffsetMs;
  }

  /** RFC 3339 text of `now()`. */
  nowText(): string {
    return new Date(this.now()).toISOString();
  }

  /**
   * Moves the time on and rings every alarm that has become due, in order of time.
   *
   * @param options.tokens also moves the time that judges tokens, so that those which clients hold run out.
   */
  advance(ms: number, options: { tokens?: boolean } = {}): void {
    const target = this.now() + ms;
    if (options.tokens === true) this.#tokenOffsetMs += ms;
    for (;;) {
      const due = [...this.#alarms].filter((alarm) => alarm.at <= target).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      // An alarm that sets another sees the time at which it rang itself.
      this.#offsetMs += Math.max(0, due.at - this.now());
      this.#ring(due);
    }
    this.#offsetMs += target - this.now();
    for (const alarm of this.#alarms) this.#arm(alarm);
  }

  /** Calls `ring` when `now()` reaches `at`; returns what takes the alarm back. */
  setAlarm(at: number, ring: () => void): () => void {
    const alarm: Alarm = { at, ring, timer: undefined };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return () => this.#drop(alarm);
  }

  /** Does `work` now or, when there is something to wait, later. */
  after(ms: number, work: () => void): void {
    if (ms > 0) this.setAlarm(this.now() + ms, work);
    else work();
  }

  /** Back to the machine's time, with no alarm set. */
  reset(): void {
    for (const alarm of this.#alarms) this.#drop(alarm);
    this.#offsetMs = 0;
    this.#tokenOffsetMs = 0;
  }

  #arm(alarm: Alarm): void {
    clearTimeout(alarm.timer);
    // Longer timers than 2^31 - 1 ms ring at once in Node; look again after a day instead.
    const waitMs = Math.min(Math.max(0, alarm.at - this.now()), 86_400_000);
    alarm.timer = setTimeout(() => (alarm.at <= this.now() ? this.#ring(alarm) : this.#arm(alarm)), waitMs);
    alarm.timer.unref();
  }

  #ring(alarm: Alarm): void {
    this.#drop(alarm);
    alarm.ring();
  }

  #drop(alarm: Alarm): void {
    clearTimeout(alarm.timer);
    this.#alarms.delete(alarm);
  }
}

interface Alarm {
  at: number;
  ring: () => void;
  timer: NodeJS.Timeout | undefined;
}
