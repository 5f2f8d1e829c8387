import { processEnvironment, readConfig, type Settings } from "#app/config.ts";

/** The settings of this process, from its environment and `.env`. @throws ConfigError with every problem at once */
export function loadSettings(): Settings {
  return readConfig(processEnvironment());
}
