type Input = Readonly<Record<string, string>>;

/** Every mutation with an input, with texts that its rules let through. */
export const mutationInputs: readonly (readonly [field: string, input: Input])[] = [
  [
    'signup',
    {
      email: 'a@example.com',
      password: 'x',
      username: 'abc',
      displayName: 'x',
      role: 'x',
      locale: 'de',
      timezone: 'UTC',
    },
  ],
  ['verifyEmail', { email: 'a@example.com', code: '123456' }],
  ['verifyEmailWithToken', { token: 'x' }],
  ['resendVerification', { email: 'a@example.com' }],
  ['login', { identifier: 'x', password: 'x', deviceName: 'x', tokenDelivery: 'BODY', deviceToken: 'x' }],
  ['refresh', { refreshToken: 'x' }],
  ['completeTwoFactor', { challenge: 'x', code: '123456', deviceToken: 'x' }],
  ['reauthenticate', { password: 'x', code: '123456' }],
  ['requestPasswordReset', { email: 'a@example.com' }],
  ['verifyPasswordResetCode', { email: 'a@example.com', code: '123456' }],
  ['resetPassword', { resetToken: 'x', newPassword: 'x' }],
  ['changePassword', { currentPassword: 'x', newPassword: 'x', code: '123456' }],
  ['requestEmailChange', { newEmail: 'b@example.com', password: 'x' }],
  ['confirmEmailChange', { code: '123456' }],
  ['revertEmailChange', { token: 'x' }],
  ['updateProfile', { displayName: 'x', username: 'abc', locale: 'de', timezone: 'UTC' }],
  ['deleteAccount', { password: 'x', code: '123456' }],
  ['reportSession', { token: 'x' }],
  ['enrolTotp', { password: 'x' }],
  ['confirmTotp', { code: '123456' }],
  ['disableTotp', { password: 'x', code: '123456' }],
  ['regenerateRecoveryCodes', { password: 'x', code: '123456' }],
  ['exchangeToken', { token: 'x', deviceName: 'x', tokenDelivery: 'BODY', deviceToken: 'x' }],
];

/** What is asked back: all in which an answer could repeat what was typed. */
export function selectionOf(field: string): string {
  // A refresh has no member for it: where the fragment cannot be, nothing of the document would run.
  const refused = field === 'refresh' ? '' : '... on AuthInputProblem { fields { path rule message } }';
  return `{ __typename ... on AuthProblem { message } ${refused} }`;
}

/** A mutation that takes its input from a variable. */
export function documentOf(field: string): string {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input!`;
  return `mutation($input: ${type}) { ${field}(input: $input) ${selectionOf(field)} }`;
}

/** A mutation as its text calls it; the texts of `literals` stand there as they are, after the others. */
export function callOf(field: string, input: Input, literals: Input = {}): string {
  const others = Object.entries(input).filter(([name]) => !(name in literals));
  const quoted = others.map(([name, text]) => [name, name === 'tokenDelivery' ? text : JSON.stringify(text)]);
  const members = [...quoted, ...Object.entries(literals)].map(([name, text]) => `${name}: ${text}`);
  return `${field}(input: { ${members.join(', ')} }) ${selectionOf(field)}`;
}
