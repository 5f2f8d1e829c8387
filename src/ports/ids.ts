/** New ids: UUIDv7, so that they sort about as they were made and index well. */
export interface Ids {
  next(): string;
}
