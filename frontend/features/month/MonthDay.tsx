import { clsx } from 'clsx';
import { type ReactNode, useState } from 'react';
import { TEXT } from './text';

/** So many things of a day are seen at once. */
const SEEN = 4;

interface Props {
  day: string;
  isToday: boolean;
  /** Whether it is of a month before or after. */
  beside: boolean;
  /** Whether it shows more than a few things at once, unasked. */
  full: boolean;
  onAdd: () => void;
  children: ReactNode[];
}

export function MonthDay({ day, isToday, beside, full, onAdd, children }: Props) {
  const [all, setAll] = useState(false);
  const seen = all || full || children.length <= SEEN + 1 ? children : children.slice(0, SEEN);
  return (
    <td
      data-day={day}
      className={clsx(
        'h-20 border border-line bg-card p-0.5 align-top transition-colors data-over:bg-accent/15! sm:h-24 sm:p-1',
        beside && 'bg-page!',
      )}
    >
      <button
        type="button"
        aria-label={TEXT.add(longDay(day))}
        aria-current={isToday ? 'date' : undefined}
        onClick={onAdd}
        className={clsx(
          'mb-0.5 grid size-6 place-items-center rounded-full text-xs tabular-nums hover:bg-line/60',
          isToday ? 'bg-accent font-semibold text-accent-ink hover:bg-accent' : beside && 'text-soft',
        )}
      >
        {Number(day.slice(8))}
      </button>
      {children.length > 0 && <ul className="grid grid-cols-[minmax(0,1fr)] gap-0.5">{seen}</ul>}
      {(seen.length < children.length || (all && !full)) && (
        <button
          type="button"
          aria-expanded={all}
          onClick={() => setAll(!all)}
          className="mt-0.5 w-full truncate rounded-md px-1 text-left text-[0.625rem] text-soft hover:bg-line/40 sm:text-xs"
        >
          {all ? TEXT.less : TEXT.more(children.length - seen.length)}
        </button>
      )}
    </td>
  );
}

export function longDay(day: string): string {
  return format(day, { day: 'numeric', month: 'long', year: 'numeric' });
}

/** A calendar day or month in the language of the browser. */
export function format(day: string, how: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(undefined, { ...how, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}
