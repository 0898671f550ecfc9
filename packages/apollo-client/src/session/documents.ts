/** The operations that a session sends by itself. */
export const REFRESH =
  'mutation GatehouseRefresh($input:RefreshInput){refresh(input:$input){__typename ...on RefreshSuccess{tokens{accessToken expiresIn refreshToken}}...on AuthRetryProblem{code retryAfterSeconds}}}';
export const LOGOUT = 'mutation GatehouseLogout{logout{__typename ...on AuthRetryProblem{code retryAfterSeconds}}}';
export const LOGOUT_EVERYWHERE =
  'mutation GatehouseLogoutEverywhere{revokeOtherSessions{__typename}logout{__typename ...on AuthRetryProblem{code retryAfterSeconds}}}';
export const CSRF_TOKEN = 'query GatehouseCsrfToken{csrfToken}';
