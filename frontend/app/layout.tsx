import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { TEXT } from '@/features/frame/text';
import { Worker } from '@/features/frame/Worker';
import { Toasts } from '@/ui/Toasts';
import { TEXT as UI } from '@/ui/text';
import { THEME_SCRIPT } from '@/ui/theme';

export const metadata: Metadata = {
  title: UI.app,
  description: TEXT.about,
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
