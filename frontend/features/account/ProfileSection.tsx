'use client';

import { type FormEvent, useMemo, useState } from 'react';
import { zoneHere } from '@/features/tasks/zone';
import type { Fault } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { Select, TextField } from '@/ui/Field';
import { keepZone } from './keptZone';
import { TEXT } from './text';
import { useViewer, type Viewer } from './useViewer';
import { zoneName, zones } from './zones';

export function ProfileSection() {
  const { viewer, change } = useViewer();
  if (!viewer) return <output className="text-soft">{TEXT.loading} …</output>;
  return <ProfileForm viewer={viewer} onSave={(input) => change(viewer, input)} />;
}

type Draft = Partial<Pick<Viewer, 'name' | 'timeZone' | 'allDayReminderTime'>>;

function ProfileForm({ viewer, onSave }: { viewer: Viewer; onSave: (draft: Draft) => Promise<Fault | null> }) {
  /** What was touched: the rest follows what other devices do. */
  const [draft, setDraft] = useState<Draft>({});
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const [saved, setSaved] = useState(false);
  const known = useMemo(() => zones(viewer.timeZone, zoneHere()), [viewer.timeZone]);
  const shown = { ...viewer, ...draft };

  const touch = (change: Draft) => {
    setSaved(false);
    setDraft((draft) => ({ ...draft, ...change }));
  };

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    if (draft.timeZone) keepZone(viewer.id, draft.timeZone); // chosen, wherever this browser is
    const refused = await onSave(draft);
    setBusy(false);
    setFault(refused);
    setSaved(!refused);
    if (!refused) setDraft({});
  }

  const wrong = (field: keyof Draft) => (fault?.field === field ? fault.message : undefined);
  const general = fault && !['name', 'timeZone', 'allDayReminderTime'].includes(fault.field ?? '') && fault.message;
  return (
    <form onSubmit={submit} className="grid gap-4 rounded-xl border border-line bg-card px-4 py-4 shadow-sm">
      <TextField label={TEXT.email} value={viewer.email} readOnly autoComplete="email" />
      <TextField
        label={TEXT.name}
        value={shown.name}
        autoComplete="name"
        onChange={({ target }) => touch({ name: target.value })}
        error={wrong('name')}
      />
      <Select
        label={TEXT.timeZone}
        hint={TEXT.timeZoneHint}
        value={shown.timeZone}
        onChange={({ target }) => touch({ timeZone: target.value })}
        error={wrong('timeZone')}
      >
        {known.map((zone) => (
          <option key={zone} value={zone}>
            {zoneName(zone)}
          </option>
        ))}
      </Select>
      <TextField
        label={TEXT.allDayTime}
        hint={TEXT.allDayTimeHint}
        type="time"
        required
        value={shown.allDayReminderTime.slice(0, 5)}
        onChange={({ target }) => touch({ allDayReminderTime: target.value })}
        error={wrong('allDayReminderTime')}
        className="max-w-40"
      />
      {general && (
        <p role="alert" className="text-sm text-danger">
          {general}
        </p>
      )}
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={busy || Object.keys(draft).length === 0}>
          {TEXT.save}
        </Button>
        <output className="text-sm text-good">{saved && TEXT.saved}</output>
      </div>
    </form>
  );
}
