import { useApolloClient } from '@apollo/client/react';
import { boardOf } from '@/graphql/cache';
import { useSubject } from '@/ui/useSubject';
import type { Board } from './board';

/** Everything that this tab keeps, once it is loaded. */
export function useBoard(): Board | undefined {
  return useSubject(boardOf(useApolloClient().cache).board$) ?? undefined;
}
