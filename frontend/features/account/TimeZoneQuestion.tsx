'use client';

import { Globe } from 'lucide-react';
import { useState } from 'react';
import { zoneHere } from '@/features/tasks/zone';
import { Button } from '@/ui/Button';
import { complain } from '@/ui/say';
import { isKept, keepZone } from './keptZone';
import { TEXT } from './text';
import { useViewer } from './useViewer';
import { sameClock, zoneName } from './zones';

/** Asks once whether to follow a browser that is elsewhere: who travels may want their hours to stay as they are. */
export function TimeZoneQuestion() {
  const { viewer, change } = useViewer();
  const [answered, setAnswered] = useState(false);
  const here = zoneHere();
  if (!viewer || answered) return null;
  if (sameClock(here, viewer.timeZone, new Date()) || isKept(viewer.id, viewer.timeZone)) return null;

  const keep = () => {
    setAnswered(true);
    keepZone(viewer.id, viewer.timeZone);
  };
  const follow = async () => {
    setAnswered(true);
    const fault = await change(viewer, { timeZone: here });
    if (fault) complain(fault);
  };
  return (
    <section
      aria-label={TEXT.timeZone}
      className="mx-auto flex max-w-5xl flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-3 text-sm"
    >
      <Globe aria-hidden className="size-4 shrink-0 text-soft" />
      <p className="min-w-0 flex-1">{TEXT.zoneDiffers(zoneName(here), zoneName(viewer.timeZone))}</p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void follow()}>{TEXT.followZone(zoneName(here))}</Button>
        <Button kind="outline" onClick={keep}>
          {TEXT.keepZone(zoneName(viewer.timeZone))}
        </Button>
      </div>
    </section>
  );
}
