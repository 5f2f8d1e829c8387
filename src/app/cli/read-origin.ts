import { InvalidArgumentError } from "commander";

/** A web origin as browsers write it, such as `http://localhost:4000`. @throws InvalidArgumentError */
export function readOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : "null";
  if (origin !== text)
    throw new InvalidArgumentError(
      origin === "null" ? "It must be an origin, such as http://localhost:4000." : `An origin ends here: ${origin}`,
    );
  return origin;
}
