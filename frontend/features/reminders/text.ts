import type { Snooze } from './snooze';

const plural = (one: string, many: string) => (count: number) => (count === 1 ? `1 ${one}` : `${count} ${many}`);

const SNOOZES: Record<Snooze, string> = { TEN: '10 minutes', HOUR: '1 hour', TOMORROW: 'Tomorrow 9:00' };

export const TEXT = {
  add: 'Add',
  amount: 'How long before',
  another: 'Another time',
  at: 'Or at',
  atTheTime: 'At the time',
  before: (words: string) => `${words} before`,
  blocked: 'This browser blocks notifications of TaskFlow. Its settings can allow them.',
  cancelled: 'cancelled',
  days: plural('day', 'days'),
  dismiss: (title: string) => `Dismiss “${title}”`,
  done: 'Done',
  due: (when: string) => `due ${when}`,
  earlier: (count: number) => `Earlier (${count})`,
  heading: 'Reminders',
  hours: plural('hour', 'hours'),
  late: 'late',
  minutes: plural('minute', 'minutes'),
  missed: 'missed',
  more: (count: number) => `and ${count} more`,
  needsDue: 'With a due date it can be counted from that.',
  nextRing: (when: string) => `reminds: ${when}`,
  notify: 'Notify me on this device',
  notified: 'Notifications are on for this device.',
  open: (title: string) => `Open “${title}”`,
  over: 'That time is over.',
  rang: 'rang',
  remove: (what: string) => `Remove the reminder ${what}`,
  rings: 'Reminders that rang',
  snooze: 'Remind me again later',
  snoozes: SNOOZES,
  unit: 'Unit',
  units: { MINUTES: 'minutes before', HOURS: 'hours before', DAYS: 'days before', WEEKS: 'weeks before' },
  wasFor: (when: string) => `for ${when}`,
  weeks: plural('week', 'weeks'),
} as const;
