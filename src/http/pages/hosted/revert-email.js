import { RevertEmailChange } from './generated/operations.js';
import { linkPage } from './link-page.js';

linkPage({
  name: 'revert-email',
  mutation: RevertEmailChange,
  success: 'EmailChangeReverted',
});
