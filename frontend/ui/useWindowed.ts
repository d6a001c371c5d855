import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useLayoutEffect, useState } from 'react';

/** So many items are drawn beyond what is seen: a key or a turn of a wheel finds them there. */
const BEYOND = 12;

export interface Drawn {
  index: number;
  /** What is left out before it, in pixels. */
  gap: number;
}

interface Windowed {
  /** What is drawn, in its order. */
  drawn: readonly Drawn[];
  /** What is left out behind the last one. */
  rest: number;
  /** A ref of every item, which has its `data-index`: it may be as high as it likes. */
  measure: (element: Element | null) => void;
}

/** Of a list that scrolls with the page, the items near to what is seen, and those that must be there. `place` is what
 * the list begins with. */
export function useWindowed(
  place: RefObject<HTMLElement | null>,
  keys: readonly string[],
  height: number,
  mustBe: (drawn: readonly number[]) => readonly number[],
): Windowed {
  const [top, setTop] = useState(0);
  const virtualizer = useWindowVirtualizer<Element>({
    count: keys.length,
    estimateSize: () => height,
    overscan: BEYOND,
    scrollMargin: top,
    getItemKey: useCallback((index: number) => keys[index] ?? index, [keys]),
    rangeExtractor: (range: Range) => {
      const near = defaultRangeExtractor(range);
      return [...new Set([...mustBe(near), ...near])].sort((one, other) => one - other);
    },
  });

  // What stands above it comes and goes.
  useLayoutEffect(() => {
    if (place.current) setTop(Math.round(place.current.getBoundingClientRect().top + window.scrollY));
  });

  let end = top;
  const drawn = virtualizer.getVirtualItems().map((item) => {
    const gap = Math.max(0, item.start - end);
    end = item.end;
    return { index: item.index, gap };
  });
  return { drawn, rest: Math.max(0, top + virtualizer.getTotalSize() - end), measure: virtualizer.measureElement };
}
