'use client';

import { type CSSProperties, useEffect } from 'react';
import { Toaster } from 'sonner';
import { foot$ } from './foot';
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
  // Beside a dialog they can be clicked, and they lie clear of what there is to press at the foot.
  return (
    <div data-beside-modal className="pointer-events-auto print:hidden">
      <Toaster
        position={useSubject(foot$) > 0 ? 'top-center' : 'bottom-center'}
        theme={theme}
        closeButton
        style={LOOK}
        offset={{ top: '0.5rem' }}
        mobileOffset={{ top: '0.5rem', bottom: '4.5rem' }}
      />
    </div>
  );
}
