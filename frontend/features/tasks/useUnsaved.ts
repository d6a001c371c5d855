import { useEffect, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { useBeforeUnload } from '@/ui/useBeforeUnload';
import type { Task } from './board';
import { type Draft, type Fields, fieldsOf, touch } from './draft';
import { isUntouched, type Unsaved } from './drafts';

/** What is done to a task in its editor; it is kept until it is saved or given up. */
export function useUnsaved(task: Task, begun: Unsaved) {
  const { drafts } = useHere().store;
  const [unsaved, setUnsaved] = useState(begun);
  const touched = !isUntouched(unsaved);
  useBeforeUnload(touched);
  useEffect(() => {
    if (unsaved !== begun) drafts.keep(task, unsaved);
  }, [drafts, task, begun, unsaved]);

  const redraft = (how: (known: Draft) => Draft) => setUnsaved((known) => ({ ...known, draft: how(known.draft) }));
  return {
    unsaved,
    touched,
    redraft,
    type: (typed: Partial<Unsaved>) => setUnsaved((known) => ({ ...known, ...typed })),
    set: <Name extends keyof Fields>(name: Name, value: Fields[Name]) =>
      redraft((known) => touch(known, name, value, fieldsOf(task))),
  };
}
