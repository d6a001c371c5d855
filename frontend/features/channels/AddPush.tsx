'use client';

import { BellRing } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { Button } from '@/ui/Button';
import { canBePushed } from './push';
import { TEXT } from './text';

/** Asks the browser for its permission, on a click alone. */
export function AddPush() {
  const { store } = useHere();
  const [possible, setPossible] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => setPossible(canBePushed()), []); // not where pages are made

  async function turnOn() {
    setBusy(true);
    const fault = await store.push.turnOn();
    setProblem(fault?.message ?? null);
    setBusy(false);
  }

  if (!possible) return null;
  return (
    <div className="grid gap-1">
      <Button kind="outline" disabled={busy} onClick={() => void turnOn()}>
        <BellRing aria-hidden className="size-4" />
        {TEXT.pushHere}
      </Button>
      {problem && (
        <p role="alert" className="max-w-72 text-sm text-danger">
          {problem}
        </p>
      )}
    </div>
  );
}
