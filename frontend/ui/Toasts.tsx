'use client';

import { type CSSProperties, useEffect } from 'react';
import { Toaster } from 'sonner';
import { followTheme, theme$ } from './theme';
import { useSubject } from './useSubject';

/** Toasts look like everything else. */
const LOOK = {
  fontFamily: 'inherit',
  '--normal-bg': 'var(--card)',
  '--normal-text': 'var(--ink)',
  '--normal-border': 'var(--line)',
} as CSSProperties;

export function Toasts() {
  const theme = useSubject(theme$);
  useEffect(followTheme, []);
  return (
    <Toaster position="bottom-center" theme={theme} closeButton style={LOOK} mobileOffset={{ bottom: '4.5rem' }} />
  );
}
