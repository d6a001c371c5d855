'use client';

import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { toast } from 'sonner';
import { useHere } from '@/features/session/SignedIn';
import { wanted$ } from '@/features/tasks/wanted';
import { ALL } from '@/features/views/place';
import { go } from '@/features/views/usePlace';
import { followChoice, newsText, type Piece, pieceOf, wantsNews$ } from './news';
import { TEXT } from './text';

/** What comes within so long is told together. */
const GATHER_MS = 1_500;
const TOAST = 'news';

/** Tells of what was made elsewhere while this page is looked at: in one toast, that counts what comes while it shows. */
export function News() {
  const { store } = useHere();
  const router = useRouter();
  const path = usePathname();
  const show = useRef<(pieces: readonly Piece[]) => void>(() => {});
  show.current = (pieces) => {
    const [first, ...others] = pieces;
    if (first && others.length === 0 && !first.deleted) wanted$.next(first.taskId);
    else go({ ...ALL, view: pieces.every(({ deleted }) => deleted) ? 'trash' : ALL.view });
    if (path !== '/') router.push('/');
  };

  useEffect(followChoice, []);

  useEffect(() => {
    const began = Date.now();
    let pieces: Piece[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = () => {
      pieces = [];
    };
    const tell = () => {
      timer = undefined;
      // It must not lie over what offers an undo.
      if (toast.getToasts().some(({ id }) => id !== TOAST)) {
        timer = setTimeout(tell, GATHER_MS);
        return;
      }
      const told = pieces;
      toast(newsText(told), {
        id: TOAST,
        action: {
          label: TEXT.news.show,
          onClick: () => {
            forget();
            show.current(told);
          },
        },
        onDismiss: forget,
        onAutoClose: forget,
      });
    };
    const heard = store.elsewhere$.subscribe((event) => {
      const piece = pieceOf(event);
      // What was before this page came is simply there.
      if (!piece || !wantsNews$.value || document.visibilityState !== 'visible') return;
      if (Date.parse(event.timestamp) < began) return;
      pieces = [...pieces.filter(({ taskId }) => taskId !== piece.taskId), piece];
      timer ??= setTimeout(tell, GATHER_MS);
    });
    return () => {
      heard.unsubscribe();
      clearTimeout(timer);
    };
  }, [store]);

  return null;
}
