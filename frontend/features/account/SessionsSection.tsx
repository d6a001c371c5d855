'use client';

import Bowser from 'bowser';
import { useCallback, useEffect, useState } from 'react';
import { useLive } from '@/features/live/useLive';
import { useHere } from '@/features/session/SignedIn';
import { TEXT as SESSION } from '@/features/session/text';
import { useLeave } from '@/features/session/useLeave';
import { instantText } from '@/features/tasks/due';
import { useWhen } from '@/features/tasks/when';
import { ask, type Fault, faultBy, faultOf } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { END_OTHER_SESSIONS, END_SESSION, SESSIONS, type SignIn } from './operations';
import { TEXT } from './text';

/** Where the account is signed in, this browser first. */
export function SessionsSection() {
  const { session } = useHere();
  const { unsaved, leave } = useLeave();
  const live = useLive();
  const [sessions, setSessions] = useState<readonly SignIn[]>();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);

  const load = useCallback(async () => {
    const run: typeof session.run = (query, variables) => session.run(query, variables);
    const { sessions } = await ask(run, SESSIONS, {});
    setSessions(sessions.toSorted((one, other) => Number(other.current) - Number(one.current)));
  }, [session]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `live` is when to ask, and not what
  useEffect(() => {
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      load().then(
        () => setProblem(null),
        (error) => setProblem(faultBy(error).message),
      );
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [load, live]);

  async function doing(work: () => Promise<Fault | null>, told: string | null = null) {
    setBusy(true);
    setProblem(null);
    setDone(null);
    try {
      const fault = await work();
      // What has ended already has ended.
      if (fault && fault.code !== 'NOT_FOUND') throw fault;
      if (session.userId$.value === null) return; // this one has ended as well
      await load();
      setDone(told);
    } catch (error) {
      setProblem(faultBy(error).message);
    }
    setBusy(false);
  }

  const run = session.run.bind(session);
  const end = async (id: string) => faultOf((await ask(run, END_SESSION, { input: { id } })).payload);
  const endOthers = async () => faultOf((await ask(run, END_OTHER_SESSIONS, {})).payload);
  const endAll = async () => {
    const fault = await endOthers();
    if (fault) return fault;
    await leave();
    return null;
  };

  if (!sessions && !problem) return <output className="text-soft">{TEXT.loading} …</output>;
  const others = sessions?.filter(({ current }) => !current).length ?? 0;
  return (
    <div className="grid gap-3">
      <ul className="grid gap-2 empty:hidden">
        {sessions?.map((each) => (
          <SessionItem key={each.id} session={each} busy={busy} onEnd={() => void doing(() => end(each.id))} />
        ))}
      </ul>
      {sessions && others === 0 && <p className="text-sm text-soft">{TEXT.none}</p>}
      {problem && (
        <p role="alert" className="text-sm text-danger">
          {problem}
        </p>
      )}
      <output className="text-sm text-good empty:hidden">{done}</output>
      <div className="flex flex-wrap gap-2">
        {others > 0 && (
          <Button kind="outline" disabled={busy} onClick={() => void doing(endOthers, TEXT.othersEnded)}>
            {TEXT.endOthers}
          </Button>
        )}
        <Button kind="quiet" disabled={busy} onClick={() => setAsking(true)}>
          {TEXT.endEverywhere}
        </Button>
      </div>
      {asking && (
        <Confirm
          title={TEXT.endTitle}
          action={TEXT.endEverywhere}
          cancel={TEXT.cancel}
          onConfirm={() => void doing(endAll)}
          onClose={() => setAsking(false)}
        >
          {TEXT.endQuestion} {unsaved > 0 && SESSION.logOutUnsaved(unsaved)}
        </Confirm>
      )}
    </div>
  );
}

function SessionItem({ session, busy, onEnd }: { session: SignIn; busy: boolean; onEnd: () => void }) {
  const name = browserName(session.userAgent);
  const used = instantText(new Date(session.lastUsedAt), useWhen());
  return (
    <li
      data-testid="session"
      className="flex flex-wrap items-center gap-3 rounded-xl border border-line bg-card px-4 py-3 shadow-sm"
    >
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere" title={session.userAgent}>
          {name}
        </p>
        <p className="text-xs text-soft">{session.current ? TEXT.thisBrowser : TEXT.lastUsed(used)}</p>
      </div>
      {!session.current && (
        <Button kind="outline" disabled={busy} aria-label={TEXT.endOne(name)} onClick={onEnd}>
          {TEXT.endOneShort}
        </Button>
      )}
    </li>
  );
}

/** What people call it; programs are called what they call themselves. */
export function browserName(userAgent: string): string {
  if (!userAgent.trim()) return TEXT.unknownBrowser;
  const { browser, os } = Bowser.parse(userAgent);
  return browser.name ? TEXT.browser(browser.name, os.name ?? '') : userAgent;
}
