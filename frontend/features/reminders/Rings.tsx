'use client';

import { useEffect, useRef, useState } from 'react';
import type { Task } from '@/features/tasks/board';
import type { When } from '@/features/tasks/when';
import { later } from '@/ui/later';
import { useReturnedFocus } from '@/ui/useReturnedFocus';
import { useSubject } from '@/ui/useSubject';
import { Dismissed } from './dismissed';
import { ringsOf } from './rings';
import { TEXT } from './text';
import { useSystemNotifications } from './useSystemNotifications';

const RingNotice = later(() => import('./RingNotice').then(({ RingNotice }) => RingNotice));

/** More at once are counted. */
const SHOWN = 3;

interface Props {
  /** Those that are there. */
  tasks: readonly Task[];
  when: When;
  onOpen: (task: Task) => void;
}

/** What rings, over everything else, in every tab. */
export function Rings({ tasks, when, onOpen }: Props) {
  const [dismissed] = useState(() => new Dismissed());
  useEffect(() => dismissed.follow(), [dismissed]);
  const region = useRef<HTMLDivElement>(null);
  useReturnedFocus(region);
  const rings = ringsOf(tasks, when.now, useSubject(dismissed.keys$));
  useSystemNotifications(rings, when, onOpen);
  const notices = rings
    .slice(0, SHOWN)
    .map((ring) => (
      <RingNotice
        key={ring.key}
        ring={ring}
        when={when}
        onOpen={() => onOpen(ring.task)}
        onDismiss={() => dismissed.dismiss(ring.key)}
      />
    ));
  return (
    // Always there: what announces things is not hidden behind an open dialog.
    <div ref={region} aria-live="assertive" data-beside-modal>
      {rings.length > 0 && (
        <section
          aria-label={TEXT.rings}
          className="pointer-events-auto fixed inset-x-3 top-3 z-30 grid gap-2 sm:left-auto sm:w-[27rem]"
        >
          {notices}
          {rings.length > SHOWN && (
            <p className="justify-self-end rounded-full border border-line bg-card px-3 py-1 text-xs text-soft shadow-sm">
              {TEXT.more(rings.length - SHOWN)}
            </p>
          )}
        </section>
      )}
    </div>
  );
}
