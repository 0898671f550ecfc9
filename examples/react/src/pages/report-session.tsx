import { ReportSessionDocument } from '@gatehouse/apollo-client/operations';
import { LinkPage } from '../ui/link-page';

/** Reports a sign-in that the user does not recognise. */
export function ReportSession() {
  return (
    <LinkPage
      title="This was not you?"
      intro="Every session ends, the password stops working, and we send you an email to choose a new one."
      document={ReportSessionDocument}
      action="It was not me"
      success="Your account is safe. An email to choose a new password is on its way."
    />
  );
}
