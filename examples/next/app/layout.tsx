import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { Providers } from './providers';
import './style.css';

export const metadata: Metadata = { title: { default: 'Gatehouse example', template: '%s · Gatehouse example' } };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers>
          <main>{children}</main>
        </Providers>
      </body>
    </html>
  );
}
