import { defineEntity, p } from '@mikro-orm/core';

const AccountGaugeSchema = defineEntity({
  name: 'AccountGauge',
  tableName: 'account_gauges',
  properties: {
    name: p.string().length(64).primary(),
    value: p.integer(),
    measuredAt: p.datetime(),
  },
});

/** A number of accounts or sessions as it was last measured, because counting large tables takes too long for a request. */
export class AccountGauge extends AccountGaugeSchema.class {}
AccountGaugeSchema.setClass(AccountGauge);
