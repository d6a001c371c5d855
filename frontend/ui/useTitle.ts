import { useEffect } from 'react';

const APP = 'TaskFlow';

/** What the window is called, and where the history leads back to. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · ${APP}`;
    return () => {
      document.title = APP;
    };
  }, [title]);
}
