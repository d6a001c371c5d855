import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Worker } from '@/features/frame/Worker';
import { Toasts } from '@/ui/Toasts';
import { THEME_SCRIPT } from '@/ui/theme';

export const metadata: Metadata = {
  title: 'TaskFlow',
  description: 'A todo list that is the same on all your devices a moment after you change it on one.',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f8fafc' },
    { media: '(prefers-color-scheme: dark)', color: '#0b1120' },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* Or a page in the other colours would flash by. */}
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours */}
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>
        {children}
        <Worker />
        <Toasts />
      </body>
    </html>
  );
}
