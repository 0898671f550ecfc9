import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const PasswordHistorySchema = defineEntity({
  name: 'PasswordHistory',
  tableName: 'password_history',
  indexes: [{ properties: ['user', 'createdAt'] }],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    passwordHash: p.text().lazy().hidden(),
    /** When the password was replaced. */
    createdAt: p.datetime(),
  },
});

/** A previous password of an account. */
export class PasswordHistory extends PasswordHistorySchema.class {}
PasswordHistorySchema.setClass(PasswordHistory);
