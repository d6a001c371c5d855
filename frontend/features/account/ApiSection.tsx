'use client';

import { SquareTerminal } from 'lucide-react';
import { useEffect, useState } from 'react';
import { API_URL, socketUrl } from '@/graphql/http';
import { CopyField } from '@/ui/CopyField';
import { TEXT } from './text';

/** For people's own programs. */
export function ApiSection() {
  const url = new URL(API_URL, location.origin).href;
  const [hasGraphiQL, setHasGraphiQL] = useState(false);

  useEffect(() => {
    const leaving = new AbortController();
    // A server may have it switched off, or be away.
    const look = () =>
      fetch(url, { headers: { accept: 'text/html' }, signal: leaving.signal }).then(
        ({ ok, headers }) => setHasGraphiQL(ok && !!headers.get('content-type')?.startsWith('text/html')),
        () => {},
      );
    void look();
    window.addEventListener('online', look, { signal: leaving.signal });
    return () => leaving.abort();
  }, [url]);

  return (
    <div className="grid gap-4 rounded-xl border border-line bg-card px-4 py-4 shadow-sm">
      <CopyField label={TEXT.apiUrl} value={url} hint={TEXT.apiHeader} />
      <CopyField label={TEXT.apiSocket} value={socketUrl()} hint={TEXT.apiSocketHint} />
      {hasGraphiQL && (
        <a
          href={url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-h-9 items-center gap-2 justify-self-start rounded-lg border border-line bg-card px-3 text-sm font-medium hover:bg-line/40"
        >
          <SquareTerminal aria-hidden className="size-4" />
          {TEXT.graphiql}
        </a>
      )}
    </div>
  );
}
