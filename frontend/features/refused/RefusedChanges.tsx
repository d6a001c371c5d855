'use client';

import { useHere } from '@/features/session/SignedIn';
import { useBoard } from '@/features/tasks/useBoard';
import { later } from '@/ui/later';
import { useSubject } from '@/ui/useSubject';

const RefusedList = later(() => import('./RefusedList').then(({ RefusedList }) => RefusedList));

/** What could not be saved, also of an earlier day: it stays until its maker has decided. */
export function RefusedChanges() {
  const { outbox } = useHere().store;
  const refused = useSubject(outbox.refused$);
  const board = useBoard();
  if (refused.length === 0 || !board) return null;
  return <RefusedList refused={refused} board={board} outbox={outbox} />;
}
