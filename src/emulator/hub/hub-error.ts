/** An answer that the service would refuse with: status, the words of `Detail`, and headers such as Retry-After. */
export class HubError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail Without its last full stop; null for an empty body, as recorded for a missing right. */
  constructor(status: number, detail: string | null, headers: Readonly<Record<string, string>> = {}) {
    super(detail ?? "");
    this.name = "HubError";
    this.status = status;
    this.headers = headers;
    this.hasBody = detail !== null;
  }

  readonly hasBody: boolean;
}
