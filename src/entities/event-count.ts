import { defineEntity, p } from '@mikro-orm/core';

const EventCountSchema = defineEntity({
  name: 'EventCount',
  tableName: 'event_counts',
  properties: {
    /** The day, in UTC. */
    day: p.date().primary(),
    /** The hour of the day, 0 to 23. */
    hour: p.smallint().primary(),
    /** What is counted. `complete` marks the last hour that is counted. */
    name: p.string().length(64).primary(),
    events: p.integer(),
  },
});

/** How often something happened in one hour, so that nobody has to read the audit log to count it. */
export class EventCount extends EventCountSchema.class {}
EventCountSchema.setClass(EventCount);
