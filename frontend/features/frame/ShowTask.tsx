'use client';

import { usePathname, useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { wanted$ } from '@/features/tasks/wanted';

/** Shows the task of a notification that was clicked: the service worker asks a page that is open to. */
export function ShowTask() {
  const router = useRouter();
  const path = usePathname();

  useEffect(() => {
    const worker = navigator.serviceWorker;
    if (!worker) return;
    const told = ({ data, ports: [answer] }: MessageEvent) => {
      if (data?.type !== 'show') return;
      answer?.postMessage(true);
      if (typeof data.taskId !== 'string') return;
      wanted$.next(data.taskId);
      if (path !== '/') router.push('/');
    };
    worker.addEventListener('message', told);
    worker.startMessages();
    return () => worker.removeEventListener('message', told);
  }, [router, path]);

  return null;
}
