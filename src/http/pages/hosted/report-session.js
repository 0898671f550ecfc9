import { ReportSession } from './generated/operations.js';
import { linkPage } from './link-page.js';

linkPage({
  name: 'report-session',
  mutation: ReportSession,
  success: 'SessionReported',
});
