'use client';

import { BellRing } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/ui/Button';
import { askPermission, permission } from './notification';
import { TEXT } from './text';

/** Whether rings are told by the system as well. It is asked for on a person's click, and never else. */
export function NotifyButton() {
  const [state, setState] = useState(permission);
  if (state === 'none') return null;
  if (state !== 'default') {
    return <p className="text-xs text-soft">{state === 'granted' ? TEXT.notified : TEXT.blocked}</p>;
  }
  return (
    <Button kind="quiet" className="-ml-3 justify-self-start" onClick={() => void askPermission().then(setState)}>
      <BellRing aria-hidden className="size-4" />
      {TEXT.notify}
    </Button>
  );
}
