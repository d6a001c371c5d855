import { type RefObject, startTransition, useEffect, useRef, useState } from 'react';

/** A browser draws so many rows in a moment. */
const STEP = 40;
/** How far from the end of what is drawn more is added. */
const AHEAD = '1500px 0px';

/** How many things of a long list to draw: more as its end comes near. Put `end` behind the last one; another list
 * begins anew. */
export function useGrowing(total: number, list: string): { limit: number; end: RefObject<HTMLDivElement | null> } {
  const [grown, setGrown] = useState({ list, limit: STEP });
  const limit = grown.list === list ? grown.limit : STEP;
  const end = useRef<HTMLDivElement>(null);

  // Watched anew after each step: an end that is still in sight after it is told again.
  useEffect(() => {
    if (!end.current || limit >= total) return;
    const watching = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting) startTransition(() => setGrown({ list, limit: limit + STEP }));
      },
      { rootMargin: AHEAD },
    );
    watching.observe(end.current);
    return () => watching.disconnect();
  }, [list, limit, total]);

  return { limit, end };
}
