import { Bell, CalendarDays, Clock, Flag, Folder, Repeat, Tag, X } from 'lucide-react';
import type { When } from '@/features/tasks/when';
import type { Parsed } from './parse';
import type { Reading, ReadingKind } from './readings';
import { TEXT } from './text';
import { chipText } from './words';

const ICONS: Record<ReadingKind, typeof Bell> = {
  repeats: Repeat,
  ends: Repeat,
  date: CalendarDays,
  time: Clock,
  priority: Flag,
  project: Folder,
  label: Tag,
  reminder: Bell,
};

interface Props {
  id: string;
  parsed: Parsed;
  when: When;
  /** Its words are to be words of the title. */
  onUnread: (reading: Reading) => void;
}

/** What was understood, each with a button that takes it back. */
export function Chips({ id, parsed, when, onUnread }: Props) {
  return (
    <ul id={id} aria-label={TEXT.chips} aria-live="polite" className="flex flex-wrap gap-1.5 px-3 pb-3 empty:hidden">
      {parsed.readings.map((reading, index) => {
        const { kind, named } = reading;
        const Icon = ICONS[kind];
        const words = chipText(reading, parsed, when);
        const what = named?.id === null ? '' : TEXT.what(TEXT.kinds[kind]); // what is new says that itself
        const takeBack = TEXT.takeBack(`${what}${words}`);
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: the first of its kind stays that while its words change
            key={`${kind}-${index}`}
            data-testid="chip"
            data-kind={kind}
            className="inline-flex min-h-8 max-w-full items-center gap-1.5 rounded-2xl border border-line bg-page pl-2.5 text-sm"
          >
            <Icon aria-hidden className="size-3.5 shrink-0 text-accent" />
            <span className="min-w-0 wrap-anywhere">
              <span className="sr-only">{what}</span>
              {words}
            </span>
            <button
              type="button"
              aria-label={takeBack}
              title={takeBack}
              onClick={() => onUnread(reading)}
              className="grid size-8 shrink-0 place-items-center rounded-full text-soft hover:bg-line/60 hover:text-ink"
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
