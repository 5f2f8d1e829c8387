import { element } from "./xml-text.ts";

/**
 * The body of a refusal, as recorded: `<Error><Code>404</Code><Detail>….TrackingId:…_G3,TimeStamp:11/7/2018 12:18:37 AM</Detail></Error>`.
 *
 * @param detail without its last full stop.
 * @param now milliseconds since 1970.
 */
export function errorBody(status: number, detail: string, trackingId: string, now: number): string {
  return `<Error>${element("Code", status)}${element("Detail", `${detail}.TrackingId:${trackingId}_G3,TimeStamp:${timeStamp(now)}`)}</Error>`;
}

function timeStamp(now: number): string {
  const date = new Date(now);
  const hours = date.getUTCHours();
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
  return `${day} ${hours % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${hours < 12 ? "AM" : "PM"}`;
}
