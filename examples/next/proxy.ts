import { sessionMiddleware } from '@gatehouse/apollo-client/next';
import { NextResponse } from 'next/server';
import { gateway } from './gatehouse';

/** Renews the session before a page renders, if its access token has run out. */
export const proxy = sessionMiddleware({ gateway, NextResponse });

export const config = { matcher: ['/((?!_next|api|.*\\..*).*)'] };
