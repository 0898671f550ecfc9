import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../pagination.js';
import { describedEnum } from '../problems.js';
import { AdminUser, AdminUserState } from './user.js';

/** The page size of a list of administration if a caller names none. */
export const ADMIN_PAGE_SIZE = 50;

export const AdminUserOrder = describedEnum('AdminUserOrder', 'Sort order of a list of accounts.', {
  CREATED_AT_DESC: 'Newest first.',
  CREATED_AT_ASC: 'Oldest first.',
  LAST_LOGIN_AT_DESC: 'Most recent sign-in first; accounts without a sign-in come last.',
  EMAIL_ASC: 'By address, in byte order.',
});

@InputType({ description: 'Filter for accounts. An account must match every given field.' })
export class AdminUserFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'The beginning of an address or username, at least 2 characters. If the database has the extension `pg_trgm`, 3 or more characters match any part of an address, username or display name.',
  })
  text?: string | null;

  @Field(() => AdminUserState, {
    nullable: true,
    description: 'The state of the account. LOCKED considers only the 5,000 most recent locks.',
  })
  state?: keyof typeof AdminUserState | null;

  @Field(() => String, { nullable: true, description: 'The role of the account.' })
  role?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the second factor is on.' })
  twoFactor?: boolean | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Created at this time or later.' })
  createdFrom?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Created before this time.' })
  createdBefore?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Last signed in at this time or later.' })
  lastLoginFrom?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Last signed in before this time.' })
  lastLoginBefore?: Date | null;
}

@ArgsType()
export class AdminPageArguments {
  @Field(() => Int, { nullable: true, defaultValue: ADMIN_PAGE_SIZE, description: 'Number of items, 1 to 100.' })
  first!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor after which the page starts; it must come from this list in the same order.',
  })
  after?: string | null;
}

@ArgsType()
export class AdminUsersArguments extends AdminPageArguments {
  @Field(() => AdminUserFilter, { nullable: true, description: 'Which accounts to return. Omit for all of them.' })
  filter?: AdminUserFilter | null;

  @Field(() => AdminUserOrder, { defaultValue: AdminUserOrder.CREATED_AT_DESC, description: 'Sort order of the list.' })
  orderBy!: keyof typeof AdminUserOrder;
}

@ObjectType({ description: 'One account of a page.' })
export class AdminUserEdge {
  @Field(() => String, { description: 'Position of the item in the list.' })
  cursor!: string;

  @Field(() => AdminUser, { description: 'The account.' })
  node!: AdminUser;
}

@ObjectType({ description: 'A page of accounts.' })
export class AdminUserConnection {
  @Field(() => [AdminUserEdge], { description: 'The accounts with their cursors.' })
  edges!: AdminUserEdge[];

  @Field(() => [AdminUser], { description: 'The accounts without their cursors.' })
  nodes!: AdminUser[];

  @Field(() => PageInfo, { description: 'Position of the page in the list.' })
  pageInfo!: PageInfo;

  /** Counts when the field is selected. */
  countApproximately!: () => Promise<unknown>;
}
