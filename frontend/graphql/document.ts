/** Documents as they are sent: with the type names that the cache knows things by. */

import { InMemoryCache } from '@apollo/client';
import { type DocumentNode, print } from 'graphql';

const cache = new InMemoryCache();

export function textOf(document: DocumentNode): string {
  return print(cache.transformDocument(document));
}
