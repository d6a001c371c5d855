import { clsx } from 'clsx';
import { useId } from 'react';
import { useZone } from '@/features/tasks/when';
import type { Repeats } from './repeats';
import type { Frame } from './rule';
import { TEXT } from './text';
import type { Preview } from './usePreview';
import { occurrenceText } from './words';

interface Props {
  preview: Preview;
  repeats: Repeats;
  frame: Frame;
  /** Whether the rule is on the server as it is here. */
  saved: boolean;
}

/** What comes next, in the zone of the series. */
export function NextOccurrences({ preview, repeats, frame, saved }: Props) {
  const id = useId();
  const elsewhere = frame.timeZone !== useZone();
  if (preview.state === 'refused') return null; // that is said at the field
  return (
    <div className="rounded-lg bg-page px-3 py-2.5 text-sm">
      <p id={id} className="flex flex-wrap justify-between gap-x-3 text-soft">
        <span>{repeats.mode === 'COMPLETION' && !saved ? TEXT.ifDoneToday : TEXT.next}</span>
        {elsewhere && <span className="text-xs">{TEXT.inZone(frame.timeZone)}</span>}
      </p>
      <output aria-live="polite" aria-labelledby={id} aria-busy={preview.state === 'asking'}>
        {preview.state === 'unreachable' ? (
          TEXT.unreachable
        ) : preview.dates.length > 0 ? (
          <ol className={clsx('mt-1 grid gap-0.5 transition', preview.state === 'asking' && 'opacity-50')}>
            {preview.dates.map((at) => (
              <li key={at} className="tabular-nums">
                {occurrenceText(at, frame)}
              </li>
            ))}
          </ol>
        ) : (
          preview.state === 'known' && emptyText(repeats, saved)
        )}
      </output>
    </div>
  );
}

function emptyText(repeats: Repeats, saved: boolean): string {
  if (!saved) return TEXT.unknown;
  return repeats.mode === 'COMPLETION' ? TEXT.waits : TEXT.noMore;
}
