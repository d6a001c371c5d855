import type { Task } from '@/features/tasks/board';
import type { When } from '@/features/tasks/when';
import { dayIn } from '@/features/tasks/zone';
import { placeOf } from './place';
import { dayOf, shows } from './select';

/** Whether the place that is open shows the task, as it is given here. */
export function isShownHere(task: Task, when: When): boolean {
  const place = placeOf(location.search);
  if (!shows(place, when)(task)) return false;
  if (place.view !== 'month') return true;
  return dayOf(task, when.zone)?.slice(0, 7) === (place.month ?? dayIn(when.zone, when.now).slice(0, 7));
}
