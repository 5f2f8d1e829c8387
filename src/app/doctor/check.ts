/** What a check found. `mend` is the command or setting that mends a failed one. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "failed" | "skipped";
  readonly detail: string;
  readonly mend?: string;
}

/** One line of the doctor's. */
export interface Check {
  readonly name: string;
  /** What mends it when `run` throws something that does not say so itself. */
  readonly mend: string;
  /** The check without which this one would only say the same. */
  readonly after?: string;
  /** @returns what is well, in words. @throws Error with what is not, or Skipped */
  readonly run: () => Promise<string>;
}

/** There is nothing to look at. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

/** What is wrong and how it is mended, where a check knows better than its line. */
export class Ailment extends Error {
  override readonly name = "Ailment";
  readonly mend: string;
  constructor(message: string, mend: string, options?: ErrorOptions) {
    super(message, options);
    this.mend = mend;
  }
}
