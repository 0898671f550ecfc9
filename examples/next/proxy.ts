import { sessionMiddleware } from '@gatehouse/apollo-client/next';
import { NextResponse } from 'next/server';
import { gateway } from './gatehouse';

/** Renews the session before a page renders, if its access token has run out. */
export const proxy = sessionMiddleware({ gateway, NextResponse });

// A prefetch renews nothing. Next.js removes its header before the middleware, so the matcher has to exclude it.
export const config = {
  matcher: [{ source: '/((?!_next|api|.*\\..*).*)', missing: [{ type: 'header', key: 'next-router-prefetch' }] }],
};
