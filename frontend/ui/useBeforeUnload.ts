import { useEffect } from 'react';

/** While this holds, the browser asks before it closes or reloads the page. */
export function useBeforeUnload(asks: boolean) {
  useEffect(() => {
    if (!asks) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [asks]);
}
