import { RevertEmailChangeDocument } from '@gatehouse/apollo-client/operations';
import { LinkPage } from '../ui/link-page';

/** Restores the address that the account had before. */
export function RevertEmail() {
  return (
    <LinkPage
      title="Restore your address?"
      intro="Your account gets its previous address back. Every session ends, and you choose a new password."
      document={RevertEmailChangeDocument}
      action="Restore my address"
      success="Your account has its previous address again. An email to choose a new password is on its way there."
    />
  );
}
