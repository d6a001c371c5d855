import { useEffect, useRef, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import type { Task } from '@/features/tasks/board';
import { textOf } from '@/graphql/document';
import { questionKey, questionOf } from './preview';
import type { Repeats } from './repeats';

/** Typing goes on for so long. */
const PAUSE_MS = 250;

export type Preview =
  /** `dates` are those from before, if any. */
  | { state: 'asking'; dates: readonly string[] }
  | { state: 'known'; dates: readonly string[] }
  | { state: 'refused'; message: string }
  | { state: 'unreachable' };

const NOTHING: Preview = { state: 'known', dates: [] };

/** What comes next, asked anew a moment after each change. An answer to what was asked before is dropped. */
export function usePreview(task: Task, repeats: Repeats | null, due: string | null): Preview {
  const { session } = useHere();
  const [preview, setPreview] = useState<Preview>(NOTHING);
  const key = questionKey(task, repeats, due);
  const now = useRef({ task, repeats, due });
  now.current = { task, repeats, due };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of what is asked
  useEffect(() => {
    const { task, repeats, due } = now.current;
    const question = questionOf(task, repeats, due, new Date());
    if (!question) return setPreview(NOTHING);
    setPreview((known) => ({ state: 'asking', dates: 'dates' in known ? known.dates : [] }));
    let stale = false;
    const timer = setTimeout(async () => {
      const next = await session.run(textOf(question.query), question.variables).then(
        ({ data, errors: [error] = [] }): Preview => {
          if (data) return { state: 'known', dates: question.shown(data) };
          const refused = error?.extensions?.code === 'INVALID_INPUT';
          return refused ? { state: 'refused', message: error.message } : { state: 'unreachable' };
        },
        (): Preview => ({ state: 'unreachable' }),
      );
      if (!stale) setPreview(next);
    }, PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [session, key]);

  return preview;
}
