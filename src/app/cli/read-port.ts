import { InvalidArgumentError } from "commander";

/** A port as an option gives it; 0 is any free one. @throws InvalidArgumentError */
export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError("It must be from 0 to 65535.");
  return port;
}
