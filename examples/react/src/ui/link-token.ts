import { useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';

/** The token of the mailed link that led here. It is taken out of the address bar, and used only when a button is pressed. */
export function useLinkToken(): string | undefined {
  const { hash, pathname, state } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState<string>();
  useEffect(() => {
    const found = new URLSearchParams(hash.slice(1)).get('token');
    if (!found) return;
    setToken(found);
    void navigate(pathname, { replace: true, state });
  }, [hash, pathname, state, navigate]);
  return token;
}
