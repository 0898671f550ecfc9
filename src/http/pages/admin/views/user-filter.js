/** The start of a day in the zone of the browser, so many days later; undefined if the text is no date. */
function startOfDay(text, daysLater = 0) {
  const date = new Date(`${text}T00:00`);
  if (text === undefined || Number.isNaN(date.getTime())) return undefined;
  date.setDate(date.getDate() + daysLater);
  return date.toISOString();
}

/** The filter of the API for the query of an address. The last day of a range belongs to it. */
export function filterOf({ text, state, role, factor, ...dates }) {
  return {
    text,
    state,
    role,
    twoFactor: { on: true, off: false }[factor],
    createdFrom: startOfDay(dates.createdFrom),
    createdBefore: startOfDay(dates.createdTo, 1),
    lastLoginFrom: startOfDay(dates.lastLoginFrom),
    lastLoginBefore: startOfDay(dates.lastLoginTo, 1),
  };
}
