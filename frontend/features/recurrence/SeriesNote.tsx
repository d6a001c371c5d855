import { CornerDownRight } from 'lucide-react';
import type { Task } from '@/features/tasks/board';
import { Button } from '@/ui/Button';
import { TEXT } from './text';

interface Props {
  series: Task | undefined;
  /** Undefined while there is something to save first. */
  onOpen: ((series: Task) => void) | undefined;
}

/** In the editor of a spawned task: what it comes from. */
export function SeriesNote({ series, onOpen }: Props) {
  return (
    <p className="flex flex-wrap items-center justify-between gap-2 rounded-lg bg-page px-3 py-2 text-sm">
      <span className="flex min-w-0 items-center gap-2">
        <CornerDownRight aria-hidden className="size-4 shrink-0 text-soft" />
        <span className="wrap-anywhere">{TEXT.spawned(series?.title, series?.recurrence?.summary)}</span>
      </span>
      {series && onOpen && (
        <Button kind="outline" onClick={() => onOpen(series)}>
          {TEXT.openSeries}
        </Button>
      )}
    </p>
  );
}
