import { useEffect } from 'react';
import { TEXT } from './text';

/** What the window is called, and where the history leads back to. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = TEXT.title(title);
    return () => {
      document.title = TEXT.app;
    };
  }, [title]);
}
