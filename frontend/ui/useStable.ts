import { useCallback, useLayoutEffect, useRef } from 'react';

/** One function for good, which does what it was given last: whoever gets it need not be drawn again for that. */
export function useStable<Args extends unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  const last = useRef(act);
  useLayoutEffect(() => {
    last.current = act;
  });
  return useCallback((...args: Args) => last.current(...args), []);
}
