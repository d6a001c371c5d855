/** What was understood, for people. The words for a pattern are understood as that pattern again. */

import { beforeText } from '@/features/reminders/duration';
import { dayText, instantText, isDay, timeText } from '@/features/tasks/due';
import { TEXT as TASKS } from '@/features/tasks/text';
import type { When } from '@/features/tasks/when';
import { dayIn } from '@/features/tasks/zone';
import type { Parsed } from './parse';
import { type Pattern, WORKDAYS } from './pattern';
import type { Reading } from './readings';
import { TEXT } from './text';

export function patternText(pattern: Pattern): string {
  const words = scheduleText(pattern);
  return pattern.afterDone ? TEXT.afterCompletion(words) : words;
}

function scheduleText(pattern: Pattern): string {
  const { frequency, interval, weekdays } = pattern;
  if (weekdays.length > 0 && interval === 1) {
    const isWorkdays = weekdays.length === WORKDAYS.length && WORKDAYS.every((day) => weekdays.includes(day));
    return isWorkdays ? TEXT.everyWeekday : TEXT.everyOne(weekdays);
  }
  const every = TEXT.every(interval, frequency);
  const day = dayOfText(pattern);
  return day === null ? every : TEXT.on(every, day);
}

function dayOfText({ weekdays, monthDays, nth, month }: Pattern): string | null {
  if (weekdays.length > 0) return TEXT.weekdays(weekdays);
  const [first] = monthDays;
  if (month !== null && first !== undefined && first > 0) return TEXT.yearDay(month, first);
  const day = nth ? TEXT.nthOf(nth.ordinal, nth.what) : first === undefined ? null : TEXT.monthDays(monthDays);
  return day !== null && month !== null ? TEXT.of(day, month) : day;
}

/** What a chip says. */
export function chipText({ kind, named, beforeDue }: Reading, parsed: Parsed, when: When): string {
  switch (kind) {
    case 'repeats':
      return repeatsText(parsed, when);
    case 'ends':
      if (parsed.ends.by === 'count') return TEXT.times(parsed.ends.count);
      return parsed.ends.by === 'day' ? TEXT.until(dayText(parsed.ends.day, when)) : '';
    case 'date':
      return parsed.pattern ? TEXT.from(dueDayText(parsed, when)) : dueDayText(parsed, when);
    case 'time':
      return clockText(parsed, when);
    case 'priority':
      return TASKS.priorities[parsed.priority ?? 'NONE'];
    case 'reminder':
      return beforeText(beforeDue ?? '');
    case 'project':
      return named?.id === null ? TEXT.newProject(named.name) : (named?.name ?? '');
    case 'label':
      return named?.id === null ? TEXT.newLabel(named.name) : (named?.name ?? '');
  }
}

/** With the time where the pattern's own words say it, as `every morning` does. */
function repeatsText({ pattern, due, readings }: Parsed, { zone }: When): string {
  if (!pattern) return '';
  const words = patternText(pattern);
  const says = pattern.part !== null && due !== null && !readings.some(({ kind }) => kind === 'time');
  return says ? TEXT.at(words, timeText(new Date(due), zone)) : words;
}

function dueDayText({ due }: Parsed, when: When): string {
  if (due === null) return '';
  return dayText(isDay(due) ? due : dayIn(when.zone, new Date(due)), when);
}

/** With the day where nothing else says that. */
function clockText(parsed: Parsed, when: When): string {
  const { due, pattern, readings } = parsed;
  if (due === null || isDay(due)) return dueDayText(parsed, when);
  const instant = new Date(due);
  const said = pattern || readings.some(({ kind }) => kind === 'date');
  return said ? timeText(instant, when.zone) : instantText(instant, when);
}
