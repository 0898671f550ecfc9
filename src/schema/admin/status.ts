import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import { describedEnum } from '../problems.js';
import { AdminSigningKey } from './signing-key.js';

export const AdminPartStatus = describedEnum('AdminPartStatus', 'State of a part.', {
  UP: 'It works.',
  DEGRADED: 'It does not work, and something else stands in for it.',
  DOWN: 'It does not work, and the gateway cannot serve without it.',
  UNUSED: 'This gateway does not use it.',
});

export const AdminFindingSeverity = describedEnum('AdminFindingSeverity', 'How urgent a finding is.', {
  OK: 'Nothing to do.',
  NOTICE: 'Good to know.',
  WARNING: 'Something does not work as it should.',
  ERROR: 'The gateway cannot serve.',
});

@ObjectType({ description: 'A component that the gateway uses.' })
export class AdminStatusPart {
  @Field(() => String, { description: 'Name of the component, such as `database`.' })
  name!: string;

  @Field(() => AdminPartStatus, { description: 'Its state.' })
  status!: keyof typeof AdminPartStatus;

  @Field(() => Float, {
    nullable: true,
    description: 'Duration of the check in milliseconds; null if the component is not used.',
  })
  latencyMs!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Explanation of the state, or the number of waiting items; null if neither applies.',
  })
  detail!: string | null;
}

@ObjectType({ description: 'Something that an operator should know.' })
export class AdminFinding {
  @Field(() => String, { description: 'Stable name of the finding.' })
  code!: string;

  @Field(() => AdminFindingSeverity, { description: 'How urgent it is.' })
  severity!: keyof typeof AdminFindingSeverity;

  @Field(() => String, { description: 'What was found.' })
  what!: string;

  @Field(() => String, { description: 'Why it matters.' })
  why!: string;

  @Field(() => String, { description: 'What to do next.' })
  next!: string;
}

@ObjectType({ description: 'A setting with an explicit value.' })
export class AdminSetting {
  @Field(() => String, { description: 'Name of the environment variable.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Its value; null for a secret.' })
  value!: string | null;

  @Field(() => Boolean, { description: 'Whether it is a secret.' })
  secret!: boolean;
}

@ObjectType({
  description: 'Status of the gateway and its components, as seen by the process that answers.',
})
export class AdminStatus {
  @Field(() => String, { description: 'Version of the gateway.' })
  version!: string;

  @Field(() => GraphQLDateTime, { description: 'When the process started.' })
  startedAt!: Date;

  @Field(() => [AdminStatusPart], { description: 'Every component.' })
  parts!: AdminStatusPart[];

  @Field(() => [AdminFinding], { description: 'What an operator should know, most urgent first.' })
  findings!: AdminFinding[];

  @Field(() => [AdminSigningKey], { description: 'The signing keys, newest first.' })
  signingKeys!: AdminSigningKey[];

  @Field(() => [AdminSetting], {
    description: 'Settings with another value than their default, in the order of the documentation.',
  })
  changedSettings!: AdminSetting[];
}
