import { Tag } from 'lucide-react';
import type { Label } from '@/features/tasks/board';

/** A label on a task. */
export function LabelTag({ label: { name, color } }: { label: Pick<Label, 'name' | 'color'> }) {
  return (
    <span className="inline-flex min-w-0 max-w-40 items-center gap-1">
      <Tag aria-hidden className="size-3 shrink-0" style={{ color }} />
      <span dir="auto" className="truncate">
        {name}
      </span>
    </span>
  );
}
