import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Task } from '@/features/tasks/board';
import { IconButton } from '@/ui/Button';
import { TEXT } from './text';
import type { Order } from './useOrder';

/** One place up or down, without dragging. */
export function ShiftButtons({ task, order }: { task: Task; order: Order }) {
  return (
    <>
      <IconButton label={TEXT.up(task.title)} onClick={() => order.shift(task.id, -1)}>
        <ArrowUp aria-hidden className="size-4" />
      </IconButton>
      <IconButton label={TEXT.down(task.title)} onClick={() => order.shift(task.id, 1)}>
        <ArrowDown aria-hidden className="size-4" />
      </IconButton>
    </>
  );
}
