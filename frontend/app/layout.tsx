import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { CSSProperties, ReactNode } from 'react';
import { Toaster } from 'sonner';

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

/** Toasts look like everything else. */
const TOASTS = {
  fontFamily: 'inherit',
  '--normal-bg': 'var(--card)',
  '--normal-text': 'var(--ink)',
  '--normal-border': 'var(--line)',
} as CSSProperties;

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        {children}
        <Toaster position="bottom-center" theme="system" closeButton style={TOASTS} />
      </body>
    </html>
  );
}
