'use client';

import { useEffect, useState } from 'react';
import { useLive } from '@/features/live/useLive';
import { useHere } from '@/features/session/SignedIn';
import { instantText } from '@/features/tasks/due';
import { useWhen } from '@/features/tasks/when';
import { ask, faultBy, faultOf } from '@/graphql/ask';
import type { CalendarFeedQuery } from '@/graphql/generated/graphql';
import { Button } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { CopyField } from '@/ui/CopyField';
import { CREATE_FEED, FEED, REVOKE_FEED } from './operations';
import { TEXT } from './text';

type Feed = CalendarFeedQuery['calendarFeed'];

interface Urls {
  url: string;
  eventsUrl: string;
}

export function FeedSection() {
  const { session } = useHere();
  const live = useLive();
  const when = useWhen();
  const run = session.run.bind(session);
  /** Undefined while it is not known. */
  const [feed, setFeed] = useState<Feed>();
  /** Shown this once. */
  const [urls, setUrls] = useState<Urls | null>(null);
  const [asking, setAsking] = useState<'replace' | 'revoke' | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  // Again with each connection: offline it was not known.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `live` is when to ask, and not what
  useEffect(() => {
    let over = false;
    ask(session.run.bind(session), FEED, {}).then(
      ({ calendarFeed }) => {
        if (over) return;
        setFeed((known) => (known === undefined ? calendarFeed : known));
        setProblem(null);
      },
      (error) => over || setProblem(faultBy(error).message),
    );
    return () => {
      over = true;
    };
  }, [session, live]);

  async function doing(work: () => Promise<void>) {
    setBusy(true);
    setProblem(null);
    await work().catch((error) => setProblem(faultBy(error).message));
    setBusy(false);
  }

  const create = () =>
    doing(async () => {
      const { payload } = await ask(run, CREATE_FEED, {});
      const fault = faultOf(payload);
      if (fault) throw fault;
      setFeed(payload.feed);
      setUrls({ url: payload.url ?? '', eventsUrl: payload.eventsUrl ?? '' });
    });
  const revoke = () =>
    doing(async () => {
      const fault = faultOf((await ask(run, REVOKE_FEED, {})).payload);
      if (fault) throw fault;
      setFeed(null);
      setUrls(null);
    });

  const read = feed?.lastReadAt ? instantText(new Date(feed.lastReadAt), when) : null;
  return (
    <div className="grid gap-4 rounded-xl border border-line bg-card px-4 py-4 shadow-sm">
      {feed !== undefined && (
        <p data-testid="feed-state" className="text-sm">
          {feed ? TEXT.feedThere(instantText(new Date(feed.createdAt), when), read) : TEXT.feedNone}
        </p>
      )}
      {urls && (
        <>
          <CopyField label={TEXT.url} value={urls.url} hint={TEXT.urlHint} />
          <CopyField label={TEXT.eventsUrl} value={urls.eventsUrl} hint={TEXT.eventsUrlHint} />
          <p className="text-sm text-warn">{TEXT.once}</p>
        </>
      )}
      {problem && (
        <p role="alert" className="text-sm text-danger">
          {problem}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          kind="outline"
          disabled={busy || feed === undefined}
          onClick={() => (feed ? setAsking('replace') : void create())}
        >
          {feed ? TEXT.replace : TEXT.create}
        </Button>
        {feed && (
          <Button kind="quiet" disabled={busy} onClick={() => setAsking('revoke')}>
            {TEXT.revoke}
          </Button>
        )}
      </div>
      {asking && (
        <Confirm
          title={asking === 'replace' ? TEXT.replaceTitle : TEXT.revokeTitle}
          action={asking === 'replace' ? TEXT.replace : TEXT.revoke}
          cancel={TEXT.cancel}
          onConfirm={() => void (asking === 'replace' ? create() : revoke())}
          onClose={() => setAsking(null)}
        >
          {TEXT.endsOld}
        </Confirm>
      )}
    </div>
  );
}
