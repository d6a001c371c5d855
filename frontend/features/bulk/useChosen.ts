import { useEffect, useState } from 'react';
import type { Task } from '@/features/tasks/board';
import { announce } from '@/ui/announce';
import { all, type Chosen, extend, NONE, toggle } from './chosen';
import { TEXT } from './text';

export interface Choosing {
  /** Whether rows are there to be chosen, and no longer to be ticked off. */
  on: boolean;
  tasks: readonly Task[];
  has: (id: string) => boolean;
  start: () => void;
  end: () => void;
  all: () => void;
  /** With `range`, all from the one before. */
  choose: (id: string, range: boolean) => void;
  /** All from one to the other, or to the one that a range began at. */
  reach: (from: string, to: string) => void;
}

/** Which tasks of a list are chosen; where another one is shown in its place, none is. `order` is that of its rows. */
export function useChosen(tasks: readonly Task[], order: readonly string[], shown: string): Choosing {
  const [started, setStarted] = useState(false);
  const [chosen, setChosen] = useState(NONE);
  const there = tasks.filter(({ id }) => chosen.ids.has(id));

  // biome-ignore lint/correctness/useExhaustiveDependencies: which list it is, is all that counts
  useEffect(() => end, [shown]);

  function end() {
    setStarted(false);
    setChosen(NONE);
  }

  function take(next: Chosen) {
    setChosen(next);
    announce(TEXT.chosen(next.ids.size));
  }

  return {
    on: started || there.length > 0,
    tasks: there,
    has: (id) => chosen.ids.has(id),
    start: () => setStarted(true),
    end,
    all: () => take(all(tasks.map(({ id }) => id))),
    choose: (id, range) => take(range ? extend(chosen, order, id) : toggle(chosen, id)),
    reach: (from, to) => {
      const begun = chosen.ids.has(from) ? chosen : toggle(chosen, from);
      take(extend(begun, order, to));
    },
  };
}
