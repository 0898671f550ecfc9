import { RequireAuth } from '@gatehouse/apollo-client/react';
import { Navigate, Outlet, Route, Routes, useLocation } from 'react-router';
import { Delete, Profile } from './pages/account';
import { Login } from './pages/login';
import { Forgot, ReportSession, Reset, RevertEmail } from './pages/recovery';
import { Security } from './pages/security';
import { Activity, Sessions } from './pages/sessions';
import { Signup, Verify } from './pages/signup';
import { Layout } from './ui/layout';
import { Busy, Page } from './ui/page';

const restoring = (
  <Page title="Welcome back">
    <Busy />
  </Page>
);

/** The pages of a signed-in user. Everybody else is sent to the sign-in, which leads back. */
function Account() {
  const signedOut = <Navigate to="/login" replace state={{ from: useLocation().pathname }} />;
  return (
    <RequireAuth restoring={restoring} signedOut={signedOut}>
      <Outlet />
    </RequireAuth>
  );
}

/** All pages. The links in emails lead to verify-email, reset-password, report-session and revert-email. */
export const App = () => (
  <Routes>
    <Route element={<Layout />}>
      <Route path="/signup" element={<Signup />} />
      <Route path="/verify-email" element={<Verify />} />
      <Route path="/login" element={<Login />} />
      <Route path="/forgot" element={<Forgot />} />
      <Route path="/reset-password" element={<Reset />} />
      <Route path="/report-session" element={<ReportSession />} />
      <Route path="/revert-email" element={<RevertEmail />} />
      <Route element={<Account />}>
        <Route path="/" element={<Profile />} />
        <Route path="/security" element={<Security />} />
        <Route path="/sessions" element={<Sessions />} />
        <Route path="/activity" element={<Activity />} />
        <Route path="/delete" element={<Delete />} />
      </Route>
      <Route path="*" element={<Navigate to="/" replace />} />
    </Route>
  </Routes>
);
