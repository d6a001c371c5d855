'use client';

import { Download } from 'lucide-react';
import { useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { useZone } from '@/features/tasks/when';
import { dayIn } from '@/features/tasks/zone';
import { faultBy } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { calendarFile, dataFile, save } from './exports';
import { TEXT } from './text';

export function ExportSection() {
  const { session } = useHere();
  const zone = useZone();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function carryOut(make: typeof calendarFile) {
    setBusy(true);
    setProblem(null);
    try {
      save(await make(session.run.bind(session), dayIn(zone, new Date())));
    } catch (error) {
      setProblem(faultBy(error).message);
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="grid gap-3 rounded-xl border border-line bg-card px-4 py-4 shadow-sm">
      <div className="flex flex-wrap gap-2">
        <Button kind="outline" disabled={busy} onClick={() => void carryOut(calendarFile)}>
          <Download aria-hidden className="size-4" />
          {TEXT.exportCalendar}
        </Button>
        <Button kind="outline" disabled={busy} onClick={() => void carryOut(dataFile)}>
          <Download aria-hidden className="size-4" />
          {TEXT.exportData}
        </Button>
      </div>
      {problem && (
        <p role="alert" className="text-sm text-danger">
          {problem}
        </p>
      )}
    </div>
  );
}
