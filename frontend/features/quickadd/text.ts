import type { Weekday } from '@/features/recurrence/rule';
import { TEXT as RECURRENCE } from '@/features/recurrence/text';

const SUFFIXES: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const list = new Intl.ListFormat('en');

const UNITS = { HOURLY: 'hour', DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' } as const;

const nth = (number: number) => (number < 0 ? 'last' : `${number}${SUFFIXES[ordinals.select(number)]}`);
const weekdays = (days: readonly Weekday[]) => list.format(days.map((day) => RECURRENCE.weekdays[day]));

export const TEXT = {
  add: 'Add a task',
  afterCompletion: (words: string) => `${words} after completion`,
  chips: 'Understood',
  at: (words: string, time: string) => `${words}, ${time}`,
  every: (interval: number, unit: keyof typeof UNITS) =>
    interval === 1 ? `every ${UNITS[unit]}` : `every ${interval} ${UNITS[unit]}s`,
  everyOne: (days: readonly Weekday[]) => `every ${weekdays(days)}`,
  everyWeekday: 'every weekday',
  examples: [
    ['Pay rent every month on the 1st at 9', 'every weekday · every 2 weeks on mon and thu · every last friday'],
    ['Descale every 3 months after completion', 'counts from when it was last done; so does every! 3 months'],
    ['Course every tuesday until june', 'for 10 times · for 3 months · starting next week'],
    ['Call mum tomorrow at 9', 'friday · in 3 days · 3 apr · 2026-12-24 · tonight · in 20 minutes'],
    ['Fix sink #home @phone', 'a project and a label; a new name at the end makes one'],
    ['File taxes !high', '!urgent · !medium · !low · !1 to !4 · p1 to p4'],
    ['Dentist friday at 9 *30m', 'remind me an hour before · remind me to …'],
  ] as const,
  from: (words: string) => `from ${words}`,
  held: 'It is added as soon as your tasks are here.',
  help: 'What can be typed',
  helpRules: [
    'Press × on a chip, or put the words in quotes or after a backslash, and they stay words of the title.',
    'A weekday is the next one after today. A time that is over today means tomorrow.',
    'Hours from 1 to 6 are those of the afternoon unless they say am, or are written as 06:00.',
  ] as const,
  hint: 'What needs doing? Try “Pay rent every month on the 1st at 9”',
  kinds: {
    date: 'Due',
    ends: 'Ends',
    label: 'Label',
    priority: 'Priority',
    project: 'Project',
    reminder: 'Reminder',
    repeats: 'Repeats',
    time: 'Time',
  },
  newLabel: (name: string) => `New label: ${name}`,
  newProject: (name: string) => `New project: ${name}`,
  nthOf: (ordinal: number, what: Weekday | 'WORKDAY') =>
    `the ${nth(ordinal)} ${what === 'WORKDAY' ? 'workday' : RECURRENCE.weekdays[what]}`,
  monthDays: (days: readonly number[]) => `the ${days.includes(-1) ? 'last day' : list.format(days.map(nth))}`,
  of: (words: string, month: number) => `${words} of ${RECURRENCE.months[month - 1]}`,
  on: (every: string, day: string) => `${every} on ${day}`,
  refused: (message: string) => `It can’t repeat like this: ${message}`,
  /** What the button on a chip does. */
  takeBack: (words: string) => `Keep as plain words: ${words}`,
  times: (count: number) => (count === 1 ? 'once' : `${count} times`),
  title: 'Title:',
  tooLong: (length: number, most: number) => `A title has at most ${most} characters, and this one ${length}.`,
  until: (words: string) => `until ${words}`,
  weekdays,
  what: (kind: string) => `${kind}: `,
  yearDay: (month: number, day: number) => `${RECURRENCE.months[month - 1]} ${day}`,
} as const;
