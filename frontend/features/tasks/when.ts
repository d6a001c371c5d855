/** What is now, and whose clocks say which day that is: those of the account, wherever the browser may be. */

import type { ApolloClient } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { useMemo } from 'react';
import { graphql } from '@/graphql/generated';
import { useMinute } from '@/ui/useMinute';
import { zoneHere } from './zone';

export interface When {
  now: Date;
  zone: string;
}

const VIEWER_ZONE = graphql(`
  query ViewerZone { viewer { id timeZone } }
`);

/** The account's zone; the browser's while no account is known. */
export function useZone(): string {
  const { data } = useQuery(VIEWER_ZONE, { fetchPolicy: 'cache-only' });
  return data?.viewer.timeZone ?? zoneHere();
}

export function zoneOf(client: ApolloClient): string {
  return client.readQuery({ query: VIEWER_ZONE }, true)?.viewer.timeZone ?? zoneHere();
}

/** To the minute. */
export function useWhen(): When {
  const zone = useZone();
  const now = useMinute();
  return useMemo(() => ({ now, zone }), [now, zone]);
}
