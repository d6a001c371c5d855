'use client';

import { useQuery } from '@apollo/client/react';
import { useHere } from '@/features/session/SignedIn';
import { BOARD } from '@/features/tasks/board';
import { later } from '@/ui/later';
import { useSubject } from '@/ui/useSubject';

const RefusedList = later(() => import('./RefusedList').then(({ RefusedList }) => RefusedList));

/** What could not be saved, also of an earlier day: it stays until its maker has decided. */
export function RefusedChanges() {
  const { outbox } = useHere().store;
  const refused = useSubject(outbox.refused$);
  const { data } = useQuery(BOARD, { fetchPolicy: 'cache-only' });
  if (refused.length === 0 || !data) return null;
  return <RefusedList refused={refused} board={data} outbox={outbox} />;
}
