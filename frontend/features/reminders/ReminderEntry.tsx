import { X } from 'lucide-react';
import { instantText } from '@/features/tasks/due';
import type { When } from '@/features/tasks/when';
import { IconButton } from '@/ui/Button';
import { beforeText } from './duration';
import type { Entry } from './edits';
import { TEXT } from './text';

interface Props {
  entry: Entry;
  when: When;
  onRemove?: () => void;
}

export function ReminderEntry({ entry: { when: asked, at, reminder }, when, onRemove }: Props) {
  const time = at && instantText(at, when);
  const words = 'beforeDue' in asked ? beforeText(asked.beforeDue) : null;
  const status = reminder && statusText(reminder);
  return (
    <li className="flex min-h-9 items-center gap-x-2 rounded-lg bg-page px-3 text-sm">
      <span className="min-w-0 flex-1 py-1.5">
        {words ?? time}
        {words && time && <span className="text-soft"> · {time}</span>}
        {status && <span className="text-soft"> · {status}</span>}
      </span>
      {onRemove && (
        <IconButton label={TEXT.remove([words, time].filter(Boolean).join(', '))} className="-mr-2" onClick={onRemove}>
          <X aria-hidden className="size-4" />
        </IconButton>
      )}
    </li>
  );
}

function statusText({ status, late }: NonNullable<Entry['reminder']>): string | null {
  if (status === 'NOTIFIED') return late ? `${TEXT.rang}, ${TEXT.late}` : TEXT.rang;
  if (status === 'CANCELLED') return TEXT.cancelled;
  return status === 'MISSED' ? TEXT.missed : null;
}
