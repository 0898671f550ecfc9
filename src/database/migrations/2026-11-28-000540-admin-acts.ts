import { Migration } from '@mikro-orm/migrations';

const COLUMNS = ['password_change_required_at', 'invited_until'];
const INDEX = 'users_password_change_index';
const MARKS = ['password_breached_at', 'password_contested_at', 'password_change_required_at'];

/**
 * Adds what admins decide about an account: that it needs a new password, and until when its invitation is valid. The
 * index of accounts that need a new password is built again, without blocking writes.
 */
export class AdminActs extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    const columns = COLUMNS.map((name) => `add column if not exists "${name}" timestamptz null`);
    this.addSql(`alter table "users" ${columns.join(', ')}`);
    this.addSql(`drop index concurrently if exists "${INDEX}"`);
    const marked = MARKS.map((name) => `${name} is not null`).join(' or ');
    this.addSql(`create index concurrently "${INDEX}" on "users" ("created_at", "id") where ${marked}`);
  }
}
