/** What every command ends with. */
export const EXIT_CODES = {
  ok: 0,
  /** It was tried and did not work, or a check failed. */
  failed: 1,
  /** The command line or a setting is wrong: nothing was tried. */
  usage: 2,
} as const;
