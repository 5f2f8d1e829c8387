/** What the stub answers instead of doing it: as the service's own errors look. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly typeKey: string;
  constructor(status: number, typeKey: string, message: string) {
    super(message);
    this.status = status;
    this.typeKey = typeKey;
  }

  body() {
    return {
      $id: "1",
      innerException: null,
      message: this.message,
      typeKey: this.typeKey,
      errorCode: 0,
      eventId: 3000,
    };
  }
}

export function refuse(status: number, typeKey: string, message: string): never {
  throw new Refusal(status, typeKey, message);
}
