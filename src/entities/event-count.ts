import { defineEntity, p } from '@mikro-orm/core';

const EventCountSchema = defineEntity({
  name: 'EventCount',
  tableName: 'event_counts',
  properties: {
    /** Start of the hour, in UTC. */
    hour: p.datetime().primary(),
    /** What is counted. `counted` marks an hour that is complete, even if nothing happened in it. */
    name: p.string().length(64).primary(),
    events: p.integer(),
  },
});

/** How often something happened in one hour, so that nobody has to read the audit log to count it. */
export class EventCount extends EventCountSchema.class {}
EventCountSchema.setClass(EventCount);
