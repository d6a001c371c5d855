'use client';

import { FileUp } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { ask, faultBy, faultOf } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { ImportNotes } from './ImportNotes';
import { IMPORT, type Imported } from './operations';
import { TEXT } from './text';

interface Chosen {
  name: string;
  ics: string;
  /** What would come of it. */
  told: Imported;
}

/** First it is told what would come of it, and what can't be kept; nothing is changed before that was seen. */
export function ImportSection() {
  const { session } = useHere();
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [done, setDone] = useState<Imported | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  /** Null where it was refused. */
  async function send(ics: string, dryRun: boolean): Promise<Imported | null> {
    setBusy(true);
    setProblem(null);
    try {
      const { payload } = await ask(session.run.bind(session), IMPORT, { input: { ics, dryRun } });
      const fault = faultOf(payload);
      if (!fault) return payload;
      setProblem(fault.message);
    } catch (error) {
      setProblem(faultBy(error).message);
    } finally {
      setBusy(false);
    }
    return null;
  }

  async function choose({ target }: ChangeEvent<HTMLInputElement>) {
    const [file] = target.files ?? [];
    target.value = ''; // the same file may be chosen again
    if (!file) return;
    setChosen(null);
    setDone(null);
    const ics = await file.text();
    const told = await send(ics, true);
    if (told) setChosen({ name: file.name, ics, told });
  }

  async function carryOut({ ics }: Chosen) {
    const made = await send(ics, false);
    if (!made) return;
    setChosen(null);
    setDone(made);
  }

  return (
    <div className="grid gap-4 rounded-xl border border-line bg-card px-4 py-4 shadow-sm">
      <div>
        <input
          ref={input}
          type="file"
          accept=".ics,text/calendar"
          aria-label={TEXT.choose}
          onChange={(event) => void choose(event)}
          className="sr-only"
          tabIndex={-1}
        />
        <Button kind="outline" disabled={busy} onClick={() => input.current?.click()}>
          <FileUp aria-hidden className="size-4" />
          {TEXT.choose}
        </Button>
      </div>
      <div aria-live="polite" className="grid gap-4 empty:hidden">
        {busy && <p className="text-sm text-soft">{TEXT.working}</p>}
        {problem && (
          <p role="alert" className="text-sm text-danger">
            {problem}
          </p>
        )}
        {done && <p className="text-sm text-good">{TEXT.imported(done)}</p>}
        {chosen && (
          <>
            <p className="text-sm">{TEXT.would(chosen.name, chosen.told)}</p>
            <ImportNotes notes={chosen.told.notes} />
            <div className="flex gap-2">
              <Button
                disabled={busy || chosen.told.created + chosen.told.updated === 0}
                onClick={() => void carryOut(chosen)}
              >
                {TEXT.import}
              </Button>
              <Button kind="outline" disabled={busy} onClick={() => setChosen(null)}>
                {TEXT.cancel}
              </Button>
            </div>
          </>
        )}
      </div>
    </div>
  );
}
