'use client';

import { Bell, Plus } from 'lucide-react';
import { useWhen } from '@/features/tasks/when';
import { Button } from '@/ui/Button';
import { beforeText } from './duration';
import { type Counting, entriesOf, momentOf, type ReminderEdits, withAdded, withRemoved } from './edits';
import type { Reminder } from './fragment';
import { NotifyButton } from './NotifyButton';
import { OwnReminder } from './OwnReminder';
import type { OwnMoment } from './own';
import { ReminderEntry } from './ReminderEntry';
import { TEXT } from './text';

const QUICK = ['P1D', 'PT1H', 'PT30M', 'PT0S'];

interface Props {
  reminders: readonly Reminder[];
  edits: ReminderEdits;
  /** How the task is to be due. */
  counting: Counting;
  /** What is typed of one more. */
  own: OwnMoment;
  onChange: (edits: ReminderEdits, own?: OwnMoment) => void;
}

/** In the editor: what reminds of the task. Saved with the rest of it. */
export function Reminders({ reminders, edits, counting, own, onChange }: Props) {
  const { toCome, past } = entriesOf(reminders, edits, counting);
  const when = useWhen();
  const now = new Date();
  const useless = (beforeDue: string) => {
    const at = momentOf({ beforeDue }, counting);
    return at === null || at <= now || toCome.some(({ when }) => 'beforeDue' in when && when.beforeDue === beforeDue);
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 flex items-center gap-1.5 text-sm font-medium">
        <Bell aria-hidden className="size-4" />
        {TEXT.heading}
      </legend>
      <ul className="grid gap-1 empty:hidden">
        {toCome.map((entry) => (
          <ReminderEntry
            key={entry.id}
            entry={entry}
            when={when}
            onRemove={() => onChange(withRemoved(edits, entry.id))}
          />
        ))}
      </ul>
      <div className="flex flex-wrap gap-1.5">
        {QUICK.map((beforeDue) => (
          <Button
            key={beforeDue}
            kind="outline"
            className="rounded-full"
            disabled={useless(beforeDue)}
            onClick={() => onChange(withAdded(edits, { beforeDue }))}
          >
            <Plus aria-hidden className="size-3.5" />
            {beforeText(beforeDue)}
          </Button>
        ))}
      </div>
      {counting.due === null && <p className="text-xs text-soft">{TEXT.needsDue}</p>}
      <OwnReminder
        counting={counting}
        own={own}
        onType={(typed) => onChange(edits, typed)}
        onAdd={(added, rest) => onChange(withAdded(edits, added), rest)}
      />
      {past.length > 0 && (
        <details>
          <summary className="cursor-pointer text-sm text-soft">{TEXT.earlier(past.length)}</summary>
          <ul className="mt-1 grid gap-1">
            {past.map((entry) => (
              <ReminderEntry key={entry.id} entry={entry} when={when} />
            ))}
          </ul>
        </details>
      )}
      <NotifyButton />
    </fieldset>
  );
}
