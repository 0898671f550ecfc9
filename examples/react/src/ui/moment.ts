const format = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** A time of the gateway, for people. */
export const moment = (time: string) => format.format(new Date(time));
