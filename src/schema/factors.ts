import { Field, InputType } from 'type-graphql';

/** What somebody who is signed in proves with that it is still them. */
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

/** The same for what only an account with a second factor can do. */
@InputType()
export abstract class BothFactorsInput {
  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => String, { description: 'Six digits from the authenticator app, or a recovery code.' })
  code!: string;
}
