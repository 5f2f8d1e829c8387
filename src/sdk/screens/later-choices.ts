const HOUR_MS = 60 * 60 * 1000;

/** When "this evening" and "tomorrow morning" are, by the device's own clock. */
const EVENING_HOUR = 19;
const MORNING_HOUR = 9;

/** The times that "Ask me later" offers: each leaves an hour to answer in. */
export function laterChoices<Key extends "inOneHour" | "thisEvening" | "tomorrowMorning">(
  now: Date,
  answerBy: Date,
  t: (key: Key | "inOneHour" | "thisEvening" | "tomorrowMorning") => string,
): { label: string; until: Date }[] {
  const at = (days: number, hour: number): Date =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const hour = new Date(now.getTime() + HOUR_MS);
  const evening = at(0, EVENING_HOUR);
  return [
    { label: t("inOneHour"), until: hour },
    // Not when it is evening in an hour anyway.
    ...(evening.getTime() - hour.getTime() > HOUR_MS ? [{ label: t("thisEvening"), until: evening }] : []),
    { label: t("tomorrowMorning"), until: at(1, MORNING_HOUR) },
  ].filter(({ until }) => until.getTime() < answerBy.getTime());
}
