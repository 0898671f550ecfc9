import { Field, InputType } from 'type-graphql';

/** The factors with which a signed-in user authenticates again. */
@InputType()
export abstract class FactorsInput {
  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Six digits from the authenticator app, or a recovery code; required if the second factor is on.',
  })
  code?: string | null;
}

/** Both factors, for operations that only an account with a second factor can perform. */
@InputType()
export abstract class BothFactorsInput {
  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => String, { description: 'Six digits from the authenticator app, or a recovery code.' })
  code!: string;
}
