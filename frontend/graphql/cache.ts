/** The cache of one person: what a list was is of no interest, nor what belonged to a task. */

import { InMemoryCache } from '@apollo/client';

const newest = { merge: (_: unknown, incoming: unknown) => incoming };

export function newCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      Query: {
        fields: { tasks: { keyArgs: false, ...newest }, projects: { keyArgs: false, ...newest }, labels: newest },
      },
      Task: { fields: { labels: newest, reminders: newest, recurrence: newest } },
    },
  });
}
