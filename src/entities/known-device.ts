import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const KnownDeviceSchema = defineEntity({
  name: 'KnownDevice',
  tableName: 'known_devices',
  properties: {
    user: () => p.manyToOne(User).deleteRule('cascade').primary(),
    /** Keyed hash of the device's cookie, or of characteristics of its requests. */
    deviceKey: p.string().length(64).primary(),
    firstSeenAt: p.datetime(),
    lastSeenAt: p.datetime().index(),
  },
});

/** A device on which a user has signed in before. */
export class KnownDevice extends KnownDeviceSchema.class {}
KnownDeviceSchema.setClass(KnownDevice);
